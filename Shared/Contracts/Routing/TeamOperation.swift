/// One of several changes to teams. Which members it needs depends on `operation`.
package struct TeamOperation: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case createTeam = "create_team"
        case changeTeam = "change_team"
        case deleteTeam = "delete_team"
        case addMember = "add_member"
        case changeMember = "change_member"
        case removeMember = "remove_member"
        case assignAgent = "assign_agent"
        case endAssignment = "end_assignment"
        case createAgent = "create_agent"
        case changeAgent = "change_agent"
        case deleteAgent = "delete_agent"
    }

    package let operation: String
    /// Of what is created, changed or removed. The gateway chooses one for what is created without.
    package let id: EntityID?
    package let teamID: TeamID?
    package let memberID: TeamMemberID?
    package let agentID: AgentID?
    package let userID: UserID?
    package let fallbackTeamID: TeamID?
    package let name: String?
    package let sector: String?
    package let description: String?
    package let role: String?
    package let active: Bool?
    package let type: String?
    package let priority: Int?
    package let capacity: Int?
    package let capabilities: [AgentCapability]?

    private enum CodingKeys: String, CodingKey {
        case operation, id, name, sector, description, role, active, type, priority, capacity, capabilities
        case teamID = "team_id"
        case memberID = "member_id"
        case agentID = "agent_id"
        case userID = "user_id"
        case fallbackTeamID = "fallback_team_id"
    }

    package init(
        _ operation: Kind, id: EntityID? = nil, teamID: TeamID? = nil, memberID: TeamMemberID? = nil, agentID: AgentID? = nil,
        userID: UserID? = nil, fallbackTeamID: TeamID? = nil, name: String? = nil, sector: String? = nil, description: String? = nil,
        role: String? = nil, active: Bool? = nil, type: String? = nil, priority: Int? = nil, capacity: Int? = nil,
        capabilities: [AgentCapability]? = nil
    ) {
        self.operation = operation.rawValue
        self.id = id
        self.teamID = teamID
        self.memberID = memberID
        self.agentID = agentID
        self.userID = userID
        self.fallbackTeamID = fallbackTeamID
        self.name = name
        self.sector = sector
        self.description = description
        self.role = role
        self.active = active
        self.type = type
        self.priority = priority
        self.capacity = capacity
        self.capabilities = capabilities
    }

    package var kind: Kind? { Kind(rawValue: operation) }

    package func with(id: EntityID) -> TeamOperation? {
        kind.map {
            TeamOperation(
                $0, id: id, teamID: teamID, memberID: memberID, agentID: agentID, userID: userID, fallbackTeamID: fallbackTeamID,
                name: name, sector: sector, description: description, role: role, active: active, type: type, priority: priority,
                capacity: capacity, capabilities: capabilities)
        }
    }
}

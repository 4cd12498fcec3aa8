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
    /// `fallback_team_id` is given as null, which is not the same as left out.
    package let removesFallback: Bool
    package let name: String?
    package let sector: String?
    package let description: String?
    package let role: String?
    package let active: Bool?
    package let type: String?
    package let priority: Int?
    package let capacity: Int?
    package let channelCapacities: [String: Int]?
    package let successRate: Double?
    package let meanHandlingSeconds: Double?
    package let capabilities: [AgentCapability]?

    private enum CodingKeys: String, CodingKey {
        case operation, id, name, sector, description, role, active, type, priority, capacity, capabilities
        case teamID = "team_id"
        case memberID = "member_id"
        case agentID = "agent_id"
        case userID = "user_id"
        case fallbackTeamID = "fallback_team_id"
        case channelCapacities = "channel_capacities"
        case successRate = "success_rate"
        case meanHandlingSeconds = "mean_handling_seconds"
    }

    package init(
        _ operation: Kind, id: EntityID? = nil, teamID: TeamID? = nil, memberID: TeamMemberID? = nil, agentID: AgentID? = nil,
        userID: UserID? = nil, fallbackTeamID: TeamID? = nil, removesFallback: Bool = false, name: String? = nil, sector: String? = nil,
        description: String? = nil, role: String? = nil, active: Bool? = nil, type: String? = nil, priority: Int? = nil,
        capacity: Int? = nil, channelCapacities: [String: Int]? = nil, successRate: Double? = nil, meanHandlingSeconds: Double? = nil,
        capabilities: [AgentCapability]? = nil
    ) {
        self.operation = operation.rawValue
        self.id = id
        self.teamID = teamID
        self.memberID = memberID
        self.agentID = agentID
        self.userID = userID
        self.fallbackTeamID = fallbackTeamID
        self.removesFallback = removesFallback
        self.name = name
        self.sector = sector
        self.description = description
        self.role = role
        self.active = active
        self.type = type
        self.priority = priority
        self.capacity = capacity
        self.channelCapacities = channelCapacities
        self.successRate = successRate
        self.meanHandlingSeconds = meanHandlingSeconds
        self.capabilities = capabilities
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func read<Value: Decodable>(_ key: CodingKeys) throws -> Value? { try container.decodeIfPresent(Value.self, forKey: key) }
        operation = try container.decode(String.self, forKey: .operation)
        id = try read(.id)
        teamID = try read(.teamID)
        memberID = try read(.memberID)
        agentID = try read(.agentID)
        userID = try read(.userID)
        fallbackTeamID = try read(.fallbackTeamID)
        removesFallback = container.contains(.fallbackTeamID) && fallbackTeamID == nil
        name = try read(.name)
        sector = try read(.sector)
        description = try read(.description)
        role = try read(.role)
        active = try read(.active)
        type = try read(.type)
        priority = try read(.priority)
        capacity = try read(.capacity)
        channelCapacities = try read(.channelCapacities)
        successRate = try read(.successRate)
        meanHandlingSeconds = try read(.meanHandlingSeconds)
        capabilities = try read(.capabilities)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(operation, forKey: .operation)
        try container.encodeIfPresent(id, forKey: .id)
        try container.encodeIfPresent(teamID, forKey: .teamID)
        try container.encodeIfPresent(memberID, forKey: .memberID)
        try container.encodeIfPresent(agentID, forKey: .agentID)
        try container.encodeIfPresent(userID, forKey: .userID)
        if removesFallback {
            try container.encodeNil(forKey: .fallbackTeamID)
        } else {
            try container.encodeIfPresent(fallbackTeamID, forKey: .fallbackTeamID)
        }
        try container.encodeIfPresent(name, forKey: .name)
        try container.encodeIfPresent(sector, forKey: .sector)
        try container.encodeIfPresent(description, forKey: .description)
        try container.encodeIfPresent(role, forKey: .role)
        try container.encodeIfPresent(active, forKey: .active)
        try container.encodeIfPresent(type, forKey: .type)
        try container.encodeIfPresent(priority, forKey: .priority)
        try container.encodeIfPresent(capacity, forKey: .capacity)
        try container.encodeIfPresent(channelCapacities, forKey: .channelCapacities)
        try container.encodeIfPresent(successRate, forKey: .successRate)
        try container.encodeIfPresent(meanHandlingSeconds, forKey: .meanHandlingSeconds)
        try container.encodeIfPresent(capabilities, forKey: .capabilities)
    }

    package var kind: Kind? { Kind(rawValue: operation) }

    package func with(id: EntityID) -> TeamOperation? {
        kind.map {
            TeamOperation(
                $0, id: id, teamID: teamID, memberID: memberID, agentID: agentID, userID: userID, fallbackTeamID: fallbackTeamID,
                removesFallback: removesFallback, name: name, sector: sector, description: description, role: role, active: active,
                type: type, priority: priority, capacity: capacity, channelCapacities: channelCapacities, successRate: successRate,
                meanHandlingSeconds: meanHandlingSeconds, capabilities: capabilities)
        }
    }
}

extension TeamOperation: Described {
    package static let meaning = Meaning(
        "TeamOperation", .question, "One change. `id` is that of what is created, changed or removed.",
        fields: [
            Field("operation", "What to do.", .words(of: Kind.allCases)),
            Field("id", "Of what is created, changed or removed; we choose one for what is created without."),
            Field("team_id", "The team."),
            Field("member_id", "The membership."),
            Field("agent_id", "The agent that is assigned."),
            Field("user_id", "Who joins."),
            Field("fallback_team_id", "Null takes it away.", .orNull),
            Field("name", "Of a team or an agent.", .length(1, 200)),
            Field("sector", "One of the company's sectors, see `GET /api/settings/sectors`; `general` is always one.", .length(1, 100)),
            Field("description", "For people.", .length(2000)),
            Field("role", "Of a member: a lead is shown as such.", .words(["member", "lead"])),
            Field("active", "Of a member or an agent: whether it gets work."),
            Field("type", "A person, or a program.", .words(["human", "automated"])),
            Field("priority", "Of an agent: 0 to 10."),
            Field("capacity", "Weight that may be held at once; a conversation weighs 1 unless its channel has another weight."),
            Field("capabilities", "What it can do, and how well."),
            Field(
                "channel_capacities", "How much of the capacity each channel may take; what is not named has no limit of its own.",
                .each(.range(0, 1000))),
            Field("success_rate", "Share of conversations that went well, 0 to 1; null without history.", .range(0, 1)),
            Field("mean_handling_seconds", "Mean time from taking a conversation to its end; null without history.", .from(0)),
        ])
}

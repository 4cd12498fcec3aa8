import Foundation

/// People of one sector who work together, each through the agents assigned to them.
package struct Team: Codable, Sendable, Equatable {
    package let id: TeamID
    /// Unique within the tenant, whatever its case.
    package let name: String
    package let sector: String
    package let description: String
    /// Gets this team's work while no active member of it has an agent.
    package let fallbackTeamID: TeamID?
    package let memberCount: Int
    package let agentCount: Int
    /// Conversations that wait for the team, offered ones too; at most 1,000.
    package let waitingCount: Int
    package let createdAt: Date
    package let updatedAt: Date

    package init(
        id: TeamID, name: String, sector: String, description: String, fallbackTeamID: TeamID? = nil, memberCount: Int, agentCount: Int,
        waitingCount: Int, createdAt: Date, updatedAt: Date
    ) {
        self.id = id
        self.name = name
        self.sector = sector
        self.description = description
        self.fallbackTeamID = fallbackTeamID
        self.memberCount = memberCount
        self.agentCount = agentCount
        self.waitingCount = waitingCount
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    private enum CodingKeys: String, CodingKey {
        case id, name, sector, description
        case fallbackTeamID = "fallback_team_id"
        case memberCount = "member_count"
        case agentCount = "agent_count"
        case waitingCount = "waiting_count"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
        try container.encode(sector, forKey: .sector)
        try container.encode(description, forKey: .description)
        try container.encode(fallbackTeamID, forKey: .fallbackTeamID)
        try container.encode(memberCount, forKey: .memberCount)
        try container.encode(agentCount, forKey: .agentCount)
        try container.encode(waitingCount, forKey: .waitingCount)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(updatedAt, forKey: .updatedAt)
    }
}

package typealias TeamID = Identifier<Team>

extension Team: Described {
    package static let meaning = Meaning(
        "Team", .answer, "People of one sector who work together, each through the agents assigned to them.",
        fields: [
            Field("id", "The team."),
            Field("name", "Unique in the company, whatever its case."),
            Field("sector", "The part of the company that it belongs to."),
            Field("description", "For people."),
            Field("fallback_team_id", "Gets the team's work while no active member has an agent."),
            Field("member_count", "People in it."),
            Field("agent_count", "Agents that work for them."),
            Field("waiting_count", "Conversations that wait for the team, offered ones too; counted up to 1,000.", .range(0, 1000)),
            Field("created_at", "When it was made."),
            Field("updated_at", "When it was changed last."),
        ],
        list: .init("TeamPage", "Teams by name."))
}

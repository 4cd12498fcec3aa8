import Foundation

/// Ties a team's member to an agent: the own one, or one that works for the member.
package struct TeamAssignment: Codable, Sendable, Equatable {
    package let id: TeamAssignmentID
    package let teamID: TeamID
    package let memberID: TeamMemberID
    package let agent: AgentSummary
    package let createdAt: Date

    package init(id: TeamAssignmentID, teamID: TeamID, memberID: TeamMemberID, agent: AgentSummary, createdAt: Date) {
        self.id = id
        self.teamID = teamID
        self.memberID = memberID
        self.agent = agent
        self.createdAt = createdAt
    }

    private enum CodingKeys: String, CodingKey {
        case id, agent
        case teamID = "team_id"
        case memberID = "member_id"
        case createdAt = "created_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(teamID, forKey: .teamID)
        try container.encode(memberID, forKey: .memberID)
        try container.encode(agent, forKey: .agent)
        try container.encode(createdAt, forKey: .createdAt)
    }
}

package typealias TeamAssignmentID = Identifier<TeamAssignment>

extension TeamAssignment: Described {
    package static let meaning = Meaning(
        "TeamAssignment", .answer, "Ties a team's member to an agent: the own one, or one that works for the member.",
        fields: [
            Field("id", "The assignment."),
            Field("team_id", "The team."),
            Field("member_id", "Whom the agent works for."),
            Field("agent", "The agent."),
            Field("created_at", "Since when."),
        ])
}

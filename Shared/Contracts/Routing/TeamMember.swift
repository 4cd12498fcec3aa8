import Foundation

/// A person in a team.
package struct TeamMember: Codable, Sendable, Equatable {
    package let id: TeamMemberID
    package let teamID: TeamID
    package let user: AgentSummary
    /// `member` or `lead`.
    package let role: String
    /// An inactive member's agents get no work of the team.
    package let active: Bool
    package let assignments: [TeamAssignment]
    package let joinedAt: Date

    package init(
        id: TeamMemberID, teamID: TeamID, user: AgentSummary, role: String, active: Bool, assignments: [TeamAssignment], joinedAt: Date
    ) {
        self.id = id
        self.teamID = teamID
        self.user = user
        self.role = role
        self.active = active
        self.assignments = assignments
        self.joinedAt = joinedAt
    }

    private enum CodingKeys: String, CodingKey {
        case id, user, role, active, assignments
        case teamID = "team_id"
        case joinedAt = "joined_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(teamID, forKey: .teamID)
        try container.encode(user, forKey: .user)
        try container.encode(role, forKey: .role)
        try container.encode(active, forKey: .active)
        try container.encode(assignments, forKey: .assignments)
        try container.encode(joinedAt, forKey: .joinedAt)
    }
}

package typealias TeamMemberID = Identifier<TeamMember>

extension TeamMember: Described {
    package static let meaning = Meaning(
        "TeamMember", .answer, "A person in a team.",
        fields: [
            Field("id", "The membership."),
            Field("team_id", "The team."),
            Field("user", "The person."),
            Field("role", "A lead is shown as such; nothing else hangs on it.", .words(["member", "lead"])),
            Field("active", "An inactive member's agents get no work of the team."),
            Field("assignments", "Agents that work for the person here."),
            Field("joined_at", "Since when."),
        ],
        list: .init("TeamMemberPage", "Members of a team."))
}

import Contracts

extension Team {
    /// What people decide about it, for the audit.
    var settings: JSONValue { settings(fallback: fallbackTeamID) }

    /// The same with this fallback.
    func settings(fallback: TeamID?) -> JSONValue {
        [
            "name": .string(name), "sector": .string(sector), "description": .string(description),
            "fallback_team_id": fallback.map { .string($0.description) } ?? .null,
        ]
    }
}

extension TeamMember {
    /// As of a team.
    var settings: JSONValue { ["user_id": .string(user.id.description), "role": .string(role), "active": .bool(active)] }
}

extension TeamAssignment {
    /// As of a team.
    var settings: JSONValue { ["member_id": .string(memberID.description), "agent_id": .string(agent.id.description)] }
}

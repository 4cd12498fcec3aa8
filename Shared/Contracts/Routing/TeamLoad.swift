/// How busy a team is.
package struct TeamLoad: Codable, Sendable, Equatable {
    package let teamID: TeamID
    package let name: String
    /// Of its active members' agents.
    package let capacity: Int
    /// What they hold and what waits for the team.
    package let demand: Int
    /// The same once the member has moved.
    package let demandAfter: Int
    /// The same once the member has moved.
    package let capacityAfter: Int

    package init(teamID: TeamID, name: String, capacity: Int, demand: Int, demandAfter: Int, capacityAfter: Int) {
        self.teamID = teamID
        self.name = name
        self.capacity = capacity
        self.demand = demand
        self.demandAfter = demandAfter
        self.capacityAfter = capacityAfter
    }

    private enum CodingKeys: String, CodingKey {
        case name, capacity, demand
        case teamID = "team_id"
        case demandAfter = "demand_after"
        case capacityAfter = "capacity_after"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(teamID, forKey: .teamID)
        try container.encode(name, forKey: .name)
        try container.encode(capacity, forKey: .capacity)
        try container.encode(demand, forKey: .demand)
        try container.encode(demandAfter, forKey: .demandAfter)
        try container.encode(capacityAfter, forKey: .capacityAfter)
    }
}

extension TeamLoad: Described {
    package static let meaning = Meaning(
        "TeamLoad", .answer, "How busy a team is, and would be after the move.",
        fields: [
            Field("team_id", "The team."),
            Field("name", "The team's."),
            Field("capacity", "What its agents may hold together."),
            Field("demand", "What they hold, and what waits for the team."),
            Field("demand_after", "The same after the move."),
            Field("capacity_after", "What its agents may hold after the move."),
        ])
}

/// What a team did on one day, counted when it happened.
package struct TeamPerformance: Codable, Sendable, Equatable {
    package let teamID: TeamID
    /// As the team was called then.
    package let teamName: String
    package let sector: String
    /// `2026-11-25`, in UTC.
    package let day: String
    /// Conversations that its agents got.
    package let assignedCount: Int
    /// Conversations that ended resolved or closed in its agents' hands.
    package let resolvedCount: Int
    /// Conversations that its agents passed on, returned or lost.
    package let givenUpCount: Int
    /// Resolved among resolved and given up; nil without any.
    package let successRate: Double?
    /// Of conversations that had waited; nil without any.
    package let meanWaitSeconds: Double?
    /// From assignment to the end in the agent's hands; nil without any.
    package let meanHandlingSeconds: Double?

    package init(
        teamID: TeamID, teamName: String, sector: String, day: String, assignedCount: Int, resolvedCount: Int, givenUpCount: Int,
        successRate: Double? = nil, meanWaitSeconds: Double? = nil, meanHandlingSeconds: Double? = nil
    ) {
        self.teamID = teamID
        self.teamName = teamName
        self.sector = sector
        self.day = day
        self.assignedCount = assignedCount
        self.resolvedCount = resolvedCount
        self.givenUpCount = givenUpCount
        self.successRate = successRate
        self.meanWaitSeconds = meanWaitSeconds
        self.meanHandlingSeconds = meanHandlingSeconds
    }

    private enum CodingKeys: String, CodingKey {
        case sector, day
        case teamID = "team_id"
        case teamName = "team_name"
        case assignedCount = "assigned_count"
        case resolvedCount = "resolved_count"
        case givenUpCount = "given_up_count"
        case successRate = "success_rate"
        case meanWaitSeconds = "mean_wait_seconds"
        case meanHandlingSeconds = "mean_handling_seconds"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(teamID, forKey: .teamID)
        try container.encode(teamName, forKey: .teamName)
        try container.encode(sector, forKey: .sector)
        try container.encode(day, forKey: .day)
        try container.encode(assignedCount, forKey: .assignedCount)
        try container.encode(resolvedCount, forKey: .resolvedCount)
        try container.encode(givenUpCount, forKey: .givenUpCount)
        try container.encode(successRate, forKey: .successRate)
        try container.encode(meanWaitSeconds, forKey: .meanWaitSeconds)
        try container.encode(meanHandlingSeconds, forKey: .meanHandlingSeconds)
    }
}

extension TeamPerformance: Described {
    package static let meaning = Meaning(
        "TeamPerformance", .answer, "What a team did on one day, counted when it happened.",
        fields: [
            Field("team_id", "The team."),
            Field("team_name", "The team's name on that day."),
            Field("sector", "The team's sector on that day."),
            Field("day", "The day, in UTC.", .format("date")),
            Field("assigned_count", "Conversations that its agents got."),
            Field("resolved_count", "Those that were resolved."),
            Field("given_up_count", "Those that customers gave up."),
            Field("success_rate", "Share of conversations that went well, 0 to 1; null without history."),
            Field("mean_wait_seconds", "Until somebody had it; null: there was none."),
            Field("mean_handling_seconds", "Mean time from taking a conversation to its end; null without history."),
        ],
        list: .init("TeamPerformancePage", "A team's days, the latest first."))
}

import Foundation

/// A conversation that waits, or that somebody is being asked to take.
package struct QueueEntry: Codable, Sendable, Equatable {
    package let sessionID: ConversationID
    package let channel: Channel
    package let sector: String
    package let teamID: TeamID?
    /// 0 to 10.
    package let priority: Int
    /// In its sector, from 1; far behind, the highest place that is counted.
    package let position: Int
    package let waitingSince: Date
    /// nil while nobody knows how fast the queue moves.
    package let estimatedWaitSeconds: Int?
    package let offeredTo: AgentSummary?
    package let offerExpiresAt: Date?

    package init(
        sessionID: ConversationID, channel: Channel, sector: String, teamID: TeamID?, priority: Int, position: Int, waitingSince: Date,
        estimatedWaitSeconds: Int?, offeredTo: AgentSummary?, offerExpiresAt: Date?
    ) {
        self.sessionID = sessionID
        self.channel = channel
        self.sector = sector
        self.teamID = teamID
        self.priority = priority
        self.position = position
        self.waitingSince = waitingSince
        self.estimatedWaitSeconds = estimatedWaitSeconds
        self.offeredTo = offeredTo
        self.offerExpiresAt = offerExpiresAt
    }

    private enum CodingKeys: String, CodingKey {
        case channel, sector, priority, position
        case sessionID = "session_id"
        case teamID = "team_id"
        case waitingSince = "waiting_since"
        case estimatedWaitSeconds = "estimated_wait_seconds"
        case offeredTo = "offered_to"
        case offerExpiresAt = "offer_expires_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sessionID, forKey: .sessionID)
        try container.encode(channel, forKey: .channel)
        try container.encode(sector, forKey: .sector)
        try container.encode(teamID, forKey: .teamID)
        try container.encode(priority, forKey: .priority)
        try container.encode(position, forKey: .position)
        try container.encode(waitingSince, forKey: .waitingSince)
        try container.encode(estimatedWaitSeconds, forKey: .estimatedWaitSeconds)
        try container.encode(offeredTo, forKey: .offeredTo)
        try container.encode(offerExpiresAt, forKey: .offerExpiresAt)
    }
}

extension QueueEntry: Described {
    package static let meaning = Meaning(
        "QueueEntry", .answer, "A conversation that waits, or that somebody is being asked to take.",
        fields: [
            Field("session_id", "The conversation."),
            Field("channel", "How the customer reaches the company."),
            Field("sector", "The part of the company that it belongs to."),
            Field("team_id", "The team that it waits for; null: anybody of the sector."),
            Field("priority", "0 to 10; higher is served first.", .range(0, 10)),
            Field("position", "In its sector.", .from(1)),
            Field("waiting_since", "Since when it waits."),
            Field("estimated_wait_seconds", "How long it may take yet; null where nobody can say."),
            Field("offered_to", "Who is being asked; null: nobody."),
            Field("offer_expires_at", "Until when; null: nobody is being asked."),
        ],
        list: .init("QueuePage", "The queue in its order."))
}

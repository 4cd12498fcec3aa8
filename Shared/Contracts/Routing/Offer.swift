import Foundation

/// A conversation that an agent is asked to take; until the answer its room is kept.
package struct Offer: Codable, Sendable, Equatable {
    package let id: EntityID
    package let sessionID: ConversationID
    package let channel: Channel
    /// 0 to 10.
    package let priority: Int
    package let offeredAt: Date
    package let expiresAt: Date

    package init(id: EntityID, sessionID: ConversationID, channel: Channel, priority: Int, offeredAt: Date, expiresAt: Date) {
        self.id = id
        self.sessionID = sessionID
        self.channel = channel
        self.priority = priority
        self.offeredAt = offeredAt
        self.expiresAt = expiresAt
    }

    private enum CodingKeys: String, CodingKey {
        case id, channel, priority
        case sessionID = "session_id"
        case offeredAt = "offered_at"
        case expiresAt = "expires_at"
    }
}

extension Offer: Described {
    package static let meaning = Meaning(
        "Offer", .answer, "A conversation that you are asked to take; until you answer, room is kept.",
        fields: [
            Field("id", "The offer."),
            Field("session_id", "The conversation."),
            Field("channel", "How the customer reaches the company."),
            Field("priority", "0 to 10; higher is served first.", .range(0, 10)),
            Field("offered_at", "When you were asked."),
            Field("expires_at", "Until when room is kept for it."),
        ])
}

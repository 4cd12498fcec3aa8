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

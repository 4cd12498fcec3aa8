import Foundation

/// An agent is asked to take a conversation, or no longer.
/// - Said by: router. Heard by: gateway (frame `offer`, to the sockets of that agent alone). Key: the agent.
/// - Order: per agent.
package struct OfferChanged: Event, Equatable {
    package static let subject: Subject = "router.offer-changed"
    package static let version: UInt16 = 1
    package static let audience = Audience.agents
    package let id: EntityID
    package let sessionID: ConversationID
    package let channel: Channel
    package let priority: Int
    package let expiresAt: Date
    package let state: OfferState

    package init(id: EntityID, sessionID: ConversationID, channel: Channel, priority: Int, expiresAt: Date, state: OfferState) {
        self.id = id
        self.sessionID = sessionID
        self.channel = channel
        self.priority = priority
        self.expiresAt = expiresAt
        self.state = state
    }

    private enum CodingKeys: String, CodingKey {
        case id, channel, priority, state
        case sessionID = "session_id"
        case expiresAt = "expires_at"
    }
}

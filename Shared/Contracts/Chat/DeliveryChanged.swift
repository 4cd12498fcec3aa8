import Foundation

/// A message to a customer has come further on its channel, or has failed. Takes no sequence.
/// - Said by: chat. Heard by: gateway (frame `delivery`), for the company's people.
/// - Order: of one message as it happened.
package struct DeliveryChanged: Event, Equatable {
    package static let subject: Subject = "chat.delivery-changed"
    package static let version: UInt16 = 1
    package static let audience = Audience.agents
    package let messageID: MessageID
    package let sessionID: ConversationID
    package let state: MessageState
    package let attempt: Int
    /// Only with `failed` and `unknown`; left out otherwise.
    package let error: DeliveryError?
    package let at: Date

    package init(
        messageID: MessageID, sessionID: ConversationID, state: MessageState, attempt: Int, error: DeliveryError? = nil, at: Date
    ) {
        self.messageID = messageID
        self.sessionID = sessionID
        self.state = state
        self.attempt = attempt
        self.error = error
        self.at = at
    }

    private enum CodingKeys: String, CodingKey {
        case state, attempt, error, at
        case messageID = "message_id"
        case sessionID = "session_id"
    }
}

import Foundation

/// How far a message has come that an adapter carries to the customer. The state only rises: queued, sent, delivered, read; failed from queued or
/// sent; unknown from queued, and from unknown to any. What comes too late, or of an older attempt, changes nothing and is answered all the same.
/// - Asked by: channel adapters.
package struct RecordDelivery: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = RecordedDelivery
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.record-delivery"
    package static let service = ServiceName.chat
    package static let access = Access.services
    /// What is reported again is found again.
    package static let keepsReply = false
    package let principal: Principal
    package let messageID: MessageID
    package let state: MessageState
    /// At most 1,000 bytes. The first of an attempt stays; answers are found by it.
    package let providerMessageID: String?
    /// By the provider's clock; what lies ahead of us is taken as now.
    package let at: Date
    /// Which attempt is meant, from 1.
    package let attempt: Int
    /// Only with `failed` and `unknown`. A code of at most 100 characters, a sentence of at most 1,000.
    package let error: DeliveryError?

    package init(
        principal: Principal, messageID: MessageID, state: MessageState, providerMessageID: String? = nil, at: Date, attempt: Int,
        error: DeliveryError? = nil
    ) {
        self.principal = principal
        self.messageID = messageID
        self.state = state
        self.providerMessageID = providerMessageID
        self.at = at
        self.attempt = attempt
        self.error = error
    }

    private enum CodingKeys: String, CodingKey {
        case principal, state, at, attempt, error
        case messageID = "message_id"
        case providerMessageID = "provider_message_id"
    }
}

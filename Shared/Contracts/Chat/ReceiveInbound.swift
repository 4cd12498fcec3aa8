import Foundation

/// A customer wrote to one of the company's accounts. Finds or makes the customer and the conversation, stores the message and says it, all in
/// one transaction. The same account and external id again is the same message, and answered as the first time.
/// - Asked by: channel adapters, in their own name; who speaks is the sender.
/// - Refused: ``ChatError/customerBlocked`` for a customer that the company blocked: nothing is stored, and asking again changes nothing.
package struct ReceiveInbound: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = ReceivedInbound
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.receive-inbound"
    package static let service = ServiceName.chat
    package static let access = Access.services
    package static let keepsReply = false
    package let principal: Principal
    /// Any but the website.
    package let channel: Channel
    /// The company's account that it came to.
    package let accountID: AccountID
    /// The provider's id of the message, unique within the account; at most 1,000 bytes.
    package let externalID: String
    package let contact: InboundContact
    /// What it answers, the most direct first: the provider's ids of messages (those that it gave to ours too), our own ids of messages or of
    /// conversations. At most 50, each as long as ``externalID``; unknown ones are passed over.
    package let thread: [String]
    /// The message's; becomes that of a conversation that is new. Nothing is found by it.
    package let subject: String?
    package let text: String
    /// As it came, at most 32 KiB. Kept, and shown to nobody as it is.
    package let html: String?
    /// Refused by name until channels bring them.
    package let attachments: [JSONValue]
    /// By the sender's clock: shown, never ordered by. What lies ahead of us or more than 30 days back is taken as the nearest of these.
    package let sentAt: Date
    /// Refused by name until channels bring them.
    package let details: [String: JSONValue]

    package init(
        principal: Principal, channel: Channel, accountID: AccountID, externalID: String, contact: InboundContact, thread: [String] = [],
        subject: String? = nil, text: String, html: String? = nil, attachments: [JSONValue] = [], sentAt: Date,
        details: [String: JSONValue] = [:]
    ) {
        self.principal = principal
        self.channel = channel
        self.accountID = accountID
        self.externalID = externalID
        self.contact = contact
        self.thread = thread
        self.subject = subject
        self.text = text
        self.html = html
        self.attachments = attachments
        self.sentAt = sentAt
        self.details = details
    }

    private enum CodingKeys: String, CodingKey {
        case principal, channel, contact, thread, subject, text, html, attachments, details
        case accountID = "account_id"
        case externalID = "external_id"
        case sentAt = "sent_at"
    }
}

import Contracts
import Foundation

/// A conversation inside a batch: the row as it was read, changed command by command. No I/O, no clock.
/// Everything that takes a sequence goes through ``take(_:)``, so the chain has no gap and no fork.
struct ConversationState {
    let clientID: TenantID
    let id: ConversationID
    let channel: Channel
    /// The company's account on the channel; nil for the website.
    let accountID: AccountID?
    /// Closed before this one was opened by the same customer on the same account.
    var previousID: ConversationID? = nil
    let createdAt: Date
    var customer: Session.CustomerSummary
    var isCustomerBlocked: Bool
    var customerLastSeenAt: Date
    var status: ConversationStatus
    var priority: Int
    var subject: String?
    var roomID: RoomID?
    var metadata: [String: JSONValue]
    var agent: AgentSummary?
    /// Of the last assignment; before the first, the team it was opened for.
    var teamID: TeamID?
    var lastAgentID: AgentID?
    var assignmentNumber: Int64
    var lastSequence: Int64
    var lastMessageSequence: Int64
    var digest: [UInt8]
    var lastMessage: Session.LastMessage?
    var updatedAt: Date
    var lastActivityAt: Date
    var waitingSince: Date?
    var snoozedUntil: Date?
    var dueAt: Date?
    var closedAt: Date?

    /// Takes the conversation's next sequence for an entry with this hash.
    mutating func take(_ contentHash: [UInt8]) -> Int64 {
        lastSequence += 1
        digest = ContentHash.link(digest, sequence: lastSequence, contentHash: contentHash)
        return lastSequence
    }

    /// As clients see it; `unreadCount` and `queue` are the reader's.
    func session(unreadCount: Int = 0, sla: ServiceLevel? = nil) -> Session {
        Session(
            id: id, status: status, channel: channel, accountID: accountID, priority: priority, customer: customer, agent: agent, sla: sla,
            subject: subject,
            roomID: roomID, metadata: metadata, lastSequence: lastSequence, lastMessageSequence: lastMessageSequence,
            lastMessage: lastMessage, unreadCount: unreadCount, createdAt: createdAt, updatedAt: updatedAt,
            lastActivityAt: lastActivityAt, waitingSince: waitingSince, snoozedUntil: snoozedUntil, closedAt: closedAt)
    }

    /// - Throws: ``ChatError/conversationNotFound(id:)`` for another customer's conversation: its existence is private;
    ///   ``ChatError/customerBlocked``: a blocked customer reads and changes nothing, however old it is.
    func demandVisible(to principal: Principal) throws(ChatError) {
        guard let customerID = principal.customerID else { return }
        guard customerID == customer.id else { throw .conversationNotFound(id: id) }
        if isCustomerBlocked { throw .customerBlocked }
    }

    func demandOpen() throws(ChatError) {
        guard status != .closed else { throw .conversationClosed(id: id) }
    }
}

/// What a command added; written in one round trip with the commit.
struct ConversationChanges {
    struct NewMessage {
        let message: Message
        let clientID: TenantID
        let contentHash: [UInt8]
        /// As it came; shown to nobody.
        let html: String?
    }

    struct NewDelivery {
        let clientID: TenantID
        let message: Message
        let providerMessageID: String?
    }

    struct NewEntry {
        let clientID: TenantID
        let conversationID: ConversationID
        let sequence: Int64
        let subject: Subject
        let messageID: MessageID?
        let payload: [UInt8]
        let contentHash: [UInt8]
        let at: Date
    }

    struct NewParticipant: Hashable {
        let clientID: TenantID
        let conversationID: ConversationID
        let kind: Author.Kind
        let id: EntityID
        let name: String
        let role: String
    }

    struct NewText {
        let clientID: TenantID
        let conversationID: ConversationID
        let sequence: Int64
        let id: MessageID
        let text: String
        let editedAt: Date?
        let deletedAt: Date?
    }

    struct AuditRecord {
        let clientID: TenantID
        let actor: Author
        let action: String
        let conversationID: ConversationID?
        let messageID: MessageID?
        let details: [String: JSONValue]
        let at: Date
    }

    var messages: [NewMessage] = []
    var entries: [NewEntry] = []
    var deliveries: [NewDelivery] = []
    var texts: [NewText] = []
    var participants: [NewParticipant] = []
    var events: [NewEvent] = []
    var audit: [AuditRecord] = []

    mutating func say<E: Event>(
        _ event: E, in conversation: ConversationState, sequence: Int64?, traceparent: String?
    ) throws {
        try say(E.self, payload: try JSON.encode(event), in: conversation, sequence: sequence, traceparent: traceparent)
    }

    mutating func say<E: Event>(
        _ type: E.Type, payload: [UInt8], in conversation: ConversationState, sequence: Int64?, traceparent: String?
    ) throws {
        events.append(
            try NewEvent(
                type, payload: payload, clientID: conversation.clientID, key: conversation.id.uuid, keySequence: sequence,
                traceparent: traceparent, context: conversation.context))
    }

    /// An entry that is no message: takes a sequence, is kept for replay and is said.
    @discardableResult
    mutating func enter<E: Event>(
        _ event: E, in conversation: inout ConversationState, about messageID: MessageID? = nil, at: Date, traceparent: String?
    ) throws -> Int64 {
        let payload = try JSON.encode(event)
        let hash = ContentHash.entry(payload)
        let sequence = conversation.take(hash)
        entries.append(
            NewEntry(
                clientID: conversation.clientID, conversationID: conversation.id, sequence: sequence, subject: E.subject,
                messageID: messageID, payload: payload, contentHash: hash, at: at))
        try say(E.self, payload: payload, in: conversation, sequence: sequence, traceparent: traceparent)
        return sequence
    }

    mutating func record(
        _ action: String, by actor: Author, in conversation: ConversationState, message: MessageID? = nil,
        details: [String: JSONValue] = [:], at: Date
    ) {
        audit.append(
            AuditRecord(
                clientID: conversation.clientID, actor: actor, action: action, conversationID: conversation.id, messageID: message,
                details: details, at: at))
    }
}

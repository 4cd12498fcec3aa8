import Contracts
import Foundation
import Storage

struct ConversationKey: Hashable {
    let clientID: TenantID
    let id: ConversationID

    init(_ clientID: TenantID, _ id: ConversationID) {
        self.clientID = clientID
        self.id = id
    }

    init(_ command: ConversationCommand) { self.init(command.clientID, command.conversationID) }
}

struct MessageKey: Hashable {
    let clientID: TenantID
    let id: MessageID

    init(_ clientID: TenantID, _ id: MessageID) {
        self.clientID = clientID
        self.id = id
    }
}

struct CustomerKey: Hashable {
    let clientID: TenantID
    let id: CustomerID
}

struct ConversationRow {
    var state: ConversationState
    let isNew: Bool
    /// Sequence and due time as read, to see whether anything changed.
    let original: (lastSequence: Int64, updatedAt: Date, dueAt: Date?)?

    var isChanged: Bool {
        guard let original else { return true }
        return original.lastSequence != state.lastSequence || original.updatedAt != state.updatedAt || original.dueAt != state.dueAt
    }
}

/// A stored message, with the hash of what was written first.
struct KnownMessage {
    let message: Message
    let contentHash: [UInt8]

    /// - Throws: ``ChatError/messageIDReused(id:)`` unless `request` is what was stored.
    func repeated(by request: AppendMessage, in conversation: ConversationState) throws(ChatError) -> Message {
        try conversation.demandVisible(to: request.principal)
        _ = try conversation.speaker(request.author, askedBy: request.principal)
        guard message.sessionID == request.sessionID, message.kind == request.kind,
            contentHash == ContentHash.message(request.id, author: message.author, text: request.text),
            request.principal.role == .service
                ? request.author == nil || request.author?.kind == message.author.kind
                : message.author.id?.uuid == request.principal.subject.uuid
        else { throw .messageIDReused(id: request.id) }
        return message
    }
}

/// What a batch read.
struct ConversationRows {
    struct KnownCustomer {
        let summary: Session.CustomerSummary
        let isBlocked: Bool
    }

    var conversations: [ConversationKey: ConversationRow] = [:]
    var messages: [MessageKey: KnownMessage] = [:]
    var customers: [CustomerKey: KnownCustomer] = [:]

    func message(
        _ clientID: TenantID, _ id: MessageID, in conversation: ConversationState
    ) throws(ChatError) -> KnownMessage {
        guard let known = messages[MessageKey(clientID, id)], known.message.sessionID == conversation.id else {
            throw .messageNotFound(id: id)
        }
        return known
    }

    static func conversations(_ clientID: TenantID, _ ids: [ConversationID]) -> SQL {
        """
        SELECT \(conversationColumns)
          FROM chat.conversations c
          JOIN chat.customers cu ON cu.client_id = c.client_id AND cu.id = c.customer_id
          LEFT JOIN chat.chat_blocked_users b ON b.client_id = c.client_id AND b.customer_id = c.customer_id
         WHERE c.client_id = \(clientID) AND c.id = ANY(\(ids))
        """
    }

    static let conversationColumns: SQL = """
        c.id, c.customer_id, cu.name AS customer_name, cu.email AS customer_email, cu.last_seen_at AS customer_last_seen_at,
               b.customer_id IS NOT NULL AS is_blocked, c.channel, c.account_id, c.status, c.priority::int AS priority,
               c.subject, c.room_id, c.metadata, c.agent_id, c.agent_name, c.team_id, c.last_agent_id, c.assignment_number,
               c.last_sequence, c.last_message_sequence, c.digest, c.last_message::text AS last_message, c.created_at, c.updated_at, c.last_activity_at, c.waiting_since,
               c.snoozed_until, c.due_at, c.closed_at
        """

    static func messages(_ clientID: TenantID, _ ids: [MessageID]) -> SQL {
        """
        SELECT \(messageColumns) FROM chat.communication_messages m WHERE m.client_id = \(clientID) AND m.id = ANY(\(ids))
        """
    }

    static let messageColumns: SQL = """
        m.conversation_id, m.sequence, m.id, m.kind, m.author_kind, m.author_id, m.author_name, m.content, m.content_hash,
               m.state, m.attempt, m.error, m.attachments, m.metadata, m.sent_at, m.edited_at, m.deleted_at
        """

    static func customers(_ clientID: TenantID, _ ids: [CustomerID]) -> SQL {
        """
        SELECT cu.id, cu.name, cu.email, b.customer_id IS NOT NULL AS is_blocked
          FROM chat.customers cu
          LEFT JOIN chat.chat_blocked_users b ON b.client_id = cu.client_id AND b.customer_id = cu.id
         WHERE cu.client_id = \(clientID) AND cu.id = ANY(\(ids))
        """
    }

    mutating func read(clientID: TenantID, conversations: Rows, messages: Rows?, customers: Rows?) throws {
        for row in conversations {
            let state = try ConversationState(row, clientID: clientID)
            self.conversations[ConversationKey(clientID, state.id)] = ConversationRow(
                state: state, isNew: false, original: (state.lastSequence, state.updatedAt, state.dueAt))
        }
        for row in messages.map(Array.init) ?? [] {
            let message = try Message(row: row)
            self.messages[MessageKey(clientID, message.id)] = KnownMessage(message: message, contentHash: try row["content_hash"])
        }
        for row in customers.map(Array.init) ?? [] {
            let id: CustomerID = try row["id"]
            self.customers[CustomerKey(clientID: clientID, id: id)] = KnownCustomer(
                summary: Session.CustomerSummary(id: id, name: try row["name"], email: try row["email"]),
                isBlocked: try row["is_blocked"])
        }
    }
}

extension ConversationState {
    init(_ row: Row, clientID: TenantID) throws {
        let agentID: AgentID? = try row["agent_id"]
        let agentName: String? = try row["agent_name"]
        let metadata: JSONValue = try row["metadata"]
        let lastMessage: String? = try row["last_message"]
        self.init(
            clientID: clientID, id: try row["id"], channel: try row["channel"], accountID: try row["account_id"],
            createdAt: try row["created_at"],
            customer: Session.CustomerSummary(
                id: try row["customer_id"], name: try row["customer_name"], email: try row["customer_email"]),
            isCustomerBlocked: try row["is_blocked"], customerLastSeenAt: try row["customer_last_seen_at"], status: try row["status"],
            priority: Int(try row["priority"] as Int32), subject: try row["subject"], roomID: try row["room_id"],
            metadata: metadata.members, agent: agentID.map { AgentSummary(id: $0, name: agentName ?? "") },
            teamID: EventContext.team(
                try row["team_id"], wanted: metadata.members["team_id"]?.string, assignmentNumber: try row["assignment_number"]),
            lastAgentID: try row["last_agent_id"], assignmentNumber: try row["assignment_number"],
            lastSequence: try row["last_sequence"], lastMessageSequence: try row["last_message_sequence"], digest: try row["digest"],
            lastMessage: try lastMessage.map { text in
                let message = try JSON.decode(Session.LastMessage.self, from: Array(text.utf8))
                // Before copies kept when: only a deleted message has no text.
                guard message.text.isEmpty, message.deletedAt == nil else { return message }
                return message.with(text: "", deletedAt: try row["updated_at"])
            },
            updatedAt: try row["updated_at"], lastActivityAt: try row["last_activity_at"], waitingSince: try row["waiting_since"],
            snoozedUntil: try row["snoozed_until"], dueAt: try row["due_at"], closedAt: try row["closed_at"])
    }
}

extension Message {
    /// The state is what the row alone says; receipts raise it for readers where no adapter carries the message.
    init(row: Row) throws {
        let metadata: JSONValue = try row["metadata"]
        let attachments: JSONValue = try row["attachments"]
        self.init(
            id: try row["id"], sessionID: try row["conversation_id"], sequence: try row["sequence"], kind: try row["kind"],
            author: Author(kind: try row["author_kind"], id: try row["author_id"], name: try row["author_name"]),
            text: try row["content"], state: try row.decode("state", as: MessageState?.self) ?? .sent, attempt: try row["attempt"],
            error: try row.decode("error", as: JSONValue?.self).map { error in
                DeliveryError(code: error["code"]?.string ?? "", detail: error["detail"]?.string ?? "")
            }, attachments: attachments.elements, metadata: metadata.members,
            sentAt: try row["sent_at"], editedAt: try row["edited_at"], deletedAt: try row["deleted_at"])
    }
}

extension JSONValue {
    var members: [String: JSONValue] { if case .object(let members) = self { members } else { [:] } }
    var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }
}

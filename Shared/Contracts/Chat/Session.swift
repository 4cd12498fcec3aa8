import Foundation

/// A conversation as the chat API shows it. Contracts §4, plus what lists need. Absent values are written as `null`.
package struct Session: Codable, Sendable, Equatable {
    package struct CustomerSummary: Codable, Sendable, Equatable {
        package let id: CustomerID
        package let name: String?
        package let email: String?

        package init(id: CustomerID, name: String?, email: String?) {
            self.id = id
            self.name = name
            self.email = email
        }

        private enum CodingKeys: String, CodingKey { case id, name, email }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .id)
            try container.encode(name, forKey: .name)
            try container.encode(email, forKey: .email)
        }
    }

    package struct QueuePlace: Codable, Sendable, Equatable {
        /// 1 is next.
        package let position: Int
        package let estimatedWaitSeconds: Int?

        package init(position: Int, estimatedWaitSeconds: Int?) {
            self.position = position
            self.estimatedWaitSeconds = estimatedWaitSeconds
        }

        private enum CodingKeys: String, CodingKey {
            case position
            case estimatedWaitSeconds = "estimated_wait_seconds"
        }
    }

    package struct LastMessage: Codable, Sendable, Equatable {
        package let kind: Message.Kind
        package let author: Author
        /// By ``TextRule/preview``.
        package let text: String
        package let sentAt: Date
        package let sequence: Int64
        /// Set when the message was deleted; its text is empty then. Left out otherwise.
        package let deletedAt: Date?

        package init(kind: Message.Kind, author: Author, text: String, sentAt: Date, sequence: Int64, deletedAt: Date? = nil) {
            self.kind = kind
            self.author = author
            self.text = text
            self.sentAt = sentAt
            self.sequence = sequence
            self.deletedAt = deletedAt
        }

        private enum CodingKeys: String, CodingKey {
            case kind, author, text, sequence
            case sentAt = "sent_at"
            case deletedAt = "deleted_at"
        }
    }

    package var id: ConversationID
    package var status: ConversationStatus
    package var channel: Channel
    /// The company's account on the channel; nil for the website.
    package var accountID: AccountID?
    /// 0 to 10; higher is served first.
    package var priority: Int
    package var customer: CustomerSummary
    package var agent: AgentSummary?
    /// Only while waiting, and only where the router was asked.
    package var queue: QueuePlace?
    /// How it stands to what the company promised; for the company's people, where a target fits.
    package var sla: ServiceLevel?
    package var subject: String?
    package var roomID: RoomID?
    package var metadata: [String: JSONValue]
    package var lastSequence: Int64
    package var lastMessageSequence: Int64
    package var lastMessage: LastMessage?
    /// Messages of the other side above the asker's own read mark.
    package var unreadCount: Int
    package var createdAt: Date
    package var updatedAt: Date
    package var lastActivityAt: Date
    package var waitingSince: Date?
    package var snoozedUntil: Date?
    package var closedAt: Date?

    package init(
        id: ConversationID, status: ConversationStatus, channel: Channel, accountID: AccountID? = nil, priority: Int,
        customer: CustomerSummary, agent: AgentSummary?,
        queue: QueuePlace? = nil, sla: ServiceLevel? = nil, subject: String?, roomID: RoomID?, metadata: [String: JSONValue],
        lastSequence: Int64,
        lastMessageSequence: Int64, lastMessage: LastMessage?, unreadCount: Int, createdAt: Date, updatedAt: Date, lastActivityAt: Date,
        waitingSince: Date?, snoozedUntil: Date?, closedAt: Date?
    ) {
        self.id = id
        self.status = status
        self.channel = channel
        self.accountID = accountID
        self.priority = priority
        self.customer = customer
        self.agent = agent
        self.queue = queue
        self.sla = sla
        self.subject = subject
        self.roomID = roomID
        self.metadata = metadata
        self.lastSequence = lastSequence
        self.lastMessageSequence = lastMessageSequence
        self.lastMessage = lastMessage
        self.unreadCount = unreadCount
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.lastActivityAt = lastActivityAt
        self.waitingSince = waitingSince
        self.snoozedUntil = snoozedUntil
        self.closedAt = closedAt
    }

    private enum CodingKeys: String, CodingKey {
        case id, status, channel, priority, customer, agent, queue, sla, subject, metadata
        case accountID = "account_id"
        case roomID = "room_id"
        case lastSequence = "last_sequence"
        case lastMessageSequence = "last_message_sequence"
        case lastMessage = "last_message"
        case unreadCount = "unread_count"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case lastActivityAt = "last_activity_at"
        case waitingSince = "waiting_since"
        case snoozedUntil = "snoozed_until"
        case closedAt = "closed_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(status, forKey: .status)
        try container.encode(channel, forKey: .channel)
        try container.encode(accountID, forKey: .accountID)
        try container.encode(priority, forKey: .priority)
        try container.encode(customer, forKey: .customer)
        try container.encode(agent, forKey: .agent)
        try container.encode(queue, forKey: .queue)
        try container.encode(sla, forKey: .sla)
        try container.encode(subject, forKey: .subject)
        try container.encode(roomID, forKey: .roomID)
        try container.encode(metadata, forKey: .metadata)
        try container.encode(lastSequence, forKey: .lastSequence)
        try container.encode(lastMessageSequence, forKey: .lastMessageSequence)
        try container.encode(lastMessage, forKey: .lastMessage)
        try container.encode(unreadCount, forKey: .unreadCount)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(updatedAt, forKey: .updatedAt)
        try container.encode(lastActivityAt, forKey: .lastActivityAt)
        try container.encode(waitingSince, forKey: .waitingSince)
        try container.encode(snoozedUntil, forKey: .snoozedUntil)
        try container.encode(closedAt, forKey: .closedAt)
    }
}

package struct AgentSummary: Codable, Sendable, Hashable {
    package let id: AgentID
    package let name: String

    package init(id: AgentID, name: String) {
        self.id = id
        self.name = name
    }
}

extension Session.LastMessage: DirectlyWritten {
    package func write(to json: inout JSONText) {
        json.raw(#"{"kind":"#)
        json.string(kind.rawValue)
        json.raw(#","author":"#)
        author.write(to: &json)
        json.raw(#","text":"#)
        json.string(text)
        json.raw(#","sent_at":"#)
        json.date(sentAt)
        json.raw(#","sequence":"#)
        json.integer(sequence)
        if let deletedAt {
            json.raw(#","deleted_at":"#)
            json.date(deletedAt)
        }
        json.raw("}")
    }
}

extension Session: DirectlyWritten {
    package func write(to json: inout JSONText) {
        json.raw(#"{"id":"#)
        json.id(id)
        json.raw(#","status":"#)
        json.string(status.rawValue)
        json.raw(#","channel":"#)
        json.string(channel.rawValue)
        json.raw(#","account_id":"#)
        json.id(accountID)
        json.raw(#","priority":"#)
        json.integer(Int64(priority))
        json.raw(#","customer":{"id":"#)
        json.id(customer.id)
        json.raw(#","name":"#)
        json.string(customer.name)
        json.raw(#","email":"#)
        json.string(customer.email)
        json.raw(#"},"agent":"#)
        if let agent {
            json.raw(#"{"id":"#)
            json.id(agent.id)
            json.raw(#","name":"#)
            json.string(agent.name)
            json.raw("}")
        } else {
            json.raw("null")
        }
        json.raw(#","queue":"#)
        if let queue {
            json.raw(#"{"position":"#)
            json.integer(Int64(queue.position))
            // Left out rather than null, as Foundation does it.
            if let seconds = queue.estimatedWaitSeconds {
                json.raw(#","estimated_wait_seconds":"#)
                json.integer(Int64(seconds))
            }
            json.raw("}")
        } else {
            json.raw("null")
        }
        json.raw(#","sla":"#)
        if let sla {
            json.raw(#"{"state":"#)
            json.string(sla.state.rawValue)
            json.raw(#","first_response_due_at":"#)
            json.date(sla.firstResponseDueAt)
            json.raw(#","resolution_due_at":"#)
            json.date(sla.resolutionDueAt)
            json.raw("}")
        } else {
            json.raw("null")
        }
        json.raw(#","subject":"#)
        json.string(subject)
        json.raw(#","room_id":"#)
        json.id(roomID)
        json.raw(#","metadata":"#)
        json.object(metadata)
        json.raw(#","last_sequence":"#)
        json.integer(lastSequence)
        json.raw(#","last_message_sequence":"#)
        json.integer(lastMessageSequence)
        json.raw(#","last_message":"#)
        if let lastMessage { lastMessage.write(to: &json) } else { json.raw("null") }
        json.raw(#","unread_count":"#)
        json.integer(Int64(unreadCount))
        json.raw(#","created_at":"#)
        json.date(createdAt)
        json.raw(#","updated_at":"#)
        json.date(updatedAt)
        json.raw(#","last_activity_at":"#)
        json.date(lastActivityAt)
        json.raw(#","waiting_since":"#)
        json.date(waitingSince)
        json.raw(#","snoozed_until":"#)
        json.date(snoozedUntil)
        json.raw(#","closed_at":"#)
        json.date(closedAt)
        json.raw("}")
    }
}

extension AgentSummary: Described {
    package static let meaning = Meaning(
        "AgentSummary", .answer, "An agent, or a person, by name.",
        fields: [
            Field("id", "The agent, or the person."),
            Field("name", "What colleagues and customers see."),
        ])
}

extension Session.CustomerSummary: Described {
    package static let meaning = Meaning(
        "CustomerSummary", .answer, "A customer by name.",
        fields: [
            Field("id", "The customer."),
            Field("name", "What they are called, if that is known."),
            Field("email", "E-mail address, if one is known."),
        ])
}

extension Session.LastMessage: Described {
    package static let meaning = Meaning(
        "LastMessage", .answer, "The last message of a conversation, for lists.",
        fields: [
            Field("kind", "A message, a note that only colleagues see, or something that happened."),
            Field("author", "Who wrote it."),
            Field("text", "Its beginning.", .length(200)),
            Field("sent_at", "When it was written, by the sender's clock: to be shown, never to order by."),
            Field("sequence", "Its place in the conversation.", .sequence),
            Field("deleted_at", "Only of a deleted message, whose text is empty."),
        ])
}

extension Session.QueuePlace: Described {
    package static let meaning = Meaning(
        "QueuePlace", .answer, "How far ahead a conversation stands in its queue.",
        fields: [
            Field("position", "1 is next.", .from(1)),
            Field("estimated_wait_seconds", "How long it may take yet; absent where nobody can say."),
        ])
}

extension Session: Described {
    package static let meaning = Meaning(
        "Session", .answer, "A conversation as the chat API shows it.",
        fields: [
            Field("id", "The conversation."),
            Field("status", "Where it stands."),
            Field("channel", "How the customer reaches the company."),
            Field("account_id", "The company's account on the channel; null for the website."),
            Field("priority", "Higher is served first.", .range(0, 10)),
            Field("customer", "Whose it is."),
            Field("agent", "Who has it; null: nobody."),
            Field("queue", "Only while waiting, and only where the router answered in time."),
            Field("sla", "For the company's people, where a service target fits."),
            Field("subject", "What it is about, if somebody said."),
            Field("room_id", "The room that it belongs to, if to one."),
            Field("metadata", "Yours: kept and given back, never read."),
            Field("last_sequence", "Of the last entry, events too.", .sequence),
            Field(
                "last_message_sequence", "Of the last message; give it as `expected_sequence` to write only if nothing came since.",
                .sequence),
            Field("last_message", "Its beginning, for lists; null: there is none yet."),
            Field("unread_count", "Messages of the other side above your read mark."),
            Field("created_at", "When it began."),
            Field("updated_at", "When anything of it changed last."),
            Field("last_activity_at", "When something last happened in it."),
            Field("waiting_since", "Since when it waits for an agent; null: it does not."),
            Field("snoozed_until", "Until when it is put aside; null: it is not."),
            Field("closed_at", "When it was closed; null: it is open."),
        ],
        example: [
            "id": "0193f2a4-7c1e-7b60-9d52-2f1f6a0c9e11", "status": "assigned", "channel": "website", "account_id": nil, "priority": 5,
            "customer": ["id": "0193f2a4-8d02-7c4f-8a31-5b7c1e0d4f22", "name": "Carla", "email": nil],
            "agent": ["id": "0193f2a4-9e13-7d5a-b642-6c8d2f1e5a33", "name": "Ana"], "queue": nil, "subject": nil, "room_id": nil,
            "metadata": [:], "last_sequence": 3, "last_message_sequence": 3,
            "last_message": [
                "kind": "message", "author": ["type": "customer", "id": "0193f2a4-8d02-7c4f-8a31-5b7c1e0d4f22", "name": "Carla"],
                "text": "Where is my parcel?", "sent_at": "2026-11-19T13:11:08.214Z", "sequence": 3,
            ], "unread_count": 1, "created_at": "2026-11-19T13:11:08.214Z", "updated_at": "2026-11-19T13:11:08.214Z",
            "last_activity_at": "2026-11-19T13:11:08.214Z", "waiting_since": nil, "snoozed_until": nil, "closed_at": nil,
        ],
        list: .init("SessionPage", "Sessions, newest activity first unless sorted otherwise."))
}

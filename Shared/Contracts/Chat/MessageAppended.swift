import Foundation

/// A message is stored and has its place in the conversation.
/// - Said by: chat. Heard by: router, aggregator, notifications, assistant, channel adapters, gateway (frame `message`).
/// - Delivery: at least once; the log's cursor makes the effect happen once.
/// - Order: within a conversation by the header's key sequence. Nothing is promised between conversations.
package struct MessageAppended: Event, Equatable {
    package static let subject: Subject = "chat.message-appended"
    package static let version: UInt16 = 1
    package static let audience = Audience.everyone
    package let id: MessageID
    package let sessionID: ConversationID
    package let kind: Message.Kind
    package let author: Author
    package let text: String
    /// Of a message that an adapter carries to the customer, otherwise left out: `queued` when it is said.
    package let state: MessageState?
    /// With ``state``: which attempt, from 1.
    package let attempt: Int?
    package let attachments: [JSONValue]
    package let metadata: [String: JSONValue]
    /// Shown, never ordered by.
    package let sentAt: Date
    package let editedAt: Date?
    package let deletedAt: Date?

    package init(
        id: MessageID, sessionID: ConversationID, kind: Message.Kind, author: Author, text: String,
        state: MessageState? = nil, attempt: Int? = nil, attachments: [JSONValue], metadata: [String: JSONValue], sentAt: Date,
        editedAt: Date? = nil, deletedAt: Date? = nil
    ) {
        self.id = id
        self.sessionID = sessionID
        self.kind = kind
        self.author = author
        self.text = text
        self.state = state
        self.attempt = attempt
        self.attachments = attachments
        self.metadata = metadata
        self.sentAt = sentAt
        self.editedAt = editedAt
        self.deletedAt = deletedAt
    }

    private enum CodingKeys: String, CodingKey {
        case id, kind, author, text, state, attempt, attachments, metadata
        case sessionID = "session_id"
        case sentAt = "sent_at"
        case editedAt = "edited_at"
        case deletedAt = "deleted_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(sessionID, forKey: .sessionID)
        try container.encode(kind, forKey: .kind)
        try container.encode(author, forKey: .author)
        try container.encode(text, forKey: .text)
        try container.encodeIfPresent(state, forKey: .state)
        try container.encodeIfPresent(attempt, forKey: .attempt)
        try container.encode(attachments, forKey: .attachments)
        try container.encode(metadata, forKey: .metadata)
        try container.encode(sentAt, forKey: .sentAt)
        try container.encode(editedAt, forKey: .editedAt)
        try container.encode(deletedAt, forKey: .deletedAt)
    }
}

extension MessageAppended: DirectlyWritten {
    package func write(to json: inout JSONText) {
        json.raw(#"{"id":"#)
        json.id(id)
        json.raw(#","session_id":"#)
        json.id(sessionID)
        json.raw(#","kind":"#)
        json.string(kind.rawValue)
        json.raw(#","author":"#)
        author.write(to: &json)
        json.raw(#","text":"#)
        json.string(text)
        if let state {
            json.raw(#","state":"#)
            json.string(state.rawValue)
        }
        if let attempt {
            json.raw(#","attempt":"#)
            json.integer(Int64(attempt))
        }
        json.raw(#","attachments":"#)
        json.array(attachments)
        json.raw(#","metadata":"#)
        json.object(metadata)
        json.raw(#","sent_at":"#)
        json.date(sentAt)
        json.raw(#","edited_at":"#)
        json.date(editedAt)
        json.raw(#","deleted_at":"#)
        json.date(deletedAt)
        json.raw("}")
    }
}

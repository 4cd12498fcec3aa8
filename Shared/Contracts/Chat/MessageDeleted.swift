import Foundation

/// A message's text is gone; its place and its hash stay. Takes the conversation's next sequence.
/// - Said by: chat. Heard by: gateway (frame `message_deleted`).
package struct MessageDeleted: Event, Equatable {
    package static let subject: Subject = "chat.message-deleted"
    package static let version: UInt16 = 1
    package static let audience = Audience.everyone
    package let id: MessageID
    package let sessionID: ConversationID
    package let deletedAt: Date
    package let by: Author
    /// The changed message's own place, by which copies of it are found. Older events lack it.
    package let messageSequence: Int64?

    package init(id: MessageID, sessionID: ConversationID, deletedAt: Date, by: Author, messageSequence: Int64? = nil) {
        self.id = id
        self.sessionID = sessionID
        self.deletedAt = deletedAt
        self.by = by
        self.messageSequence = messageSequence
    }

    private enum CodingKeys: String, CodingKey {
        case id, by
        case sessionID = "session_id"
        case messageSequence = "message_sequence"
        case deletedAt = "deleted_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(sessionID, forKey: .sessionID)
        try container.encode(deletedAt, forKey: .deletedAt)
        try container.encode(by, forKey: .by)
        try container.encodeIfPresent(messageSequence, forKey: .messageSequence)
    }
}

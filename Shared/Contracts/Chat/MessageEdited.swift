import Foundation

/// A message has a new text. Takes the conversation's next sequence and is a new link of its digest.
/// - Said by: chat. Heard by: gateway (frame `message_edited`).
package struct MessageEdited: Event, Equatable {
    package static let subject: Subject = "chat.message-edited"
    package static let version: UInt16 = 1
    package static let audience = Audience.everyone
    package let id: MessageID
    package let sessionID: ConversationID
    package let text: String
    package let editedAt: Date
    package let by: Author
    /// The changed message's own place, by which copies of it are found. Older events lack it.
    package let messageSequence: Int64?

    package init(id: MessageID, sessionID: ConversationID, text: String, editedAt: Date, by: Author, messageSequence: Int64? = nil) {
        self.id = id
        self.sessionID = sessionID
        self.text = text
        self.editedAt = editedAt
        self.by = by
        self.messageSequence = messageSequence
    }

    private enum CodingKeys: String, CodingKey {
        case id, text, by
        case sessionID = "session_id"
        case messageSequence = "message_sequence"
        case editedAt = "edited_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(sessionID, forKey: .sessionID)
        try container.encode(text, forKey: .text)
        try container.encode(editedAt, forKey: .editedAt)
        try container.encode(by, forKey: .by)
        try container.encodeIfPresent(messageSequence, forKey: .messageSequence)
    }
}

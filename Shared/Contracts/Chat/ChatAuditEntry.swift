import Foundation

/// One chat action: who did what, when.
package struct ChatAuditEntry: Codable, Sendable, Equatable {
    package let id: EntityID
    package let at: Date
    package let actor: Author
    package let action: String
    package let sessionID: ConversationID?
    package let messageID: MessageID?
    package let details: [String: JSONValue]

    package init(
        id: EntityID, at: Date, actor: Author, action: String, sessionID: ConversationID? = nil, messageID: MessageID? = nil,
        details: [String: JSONValue]
    ) {
        self.id = id
        self.at = at
        self.actor = actor
        self.action = action
        self.sessionID = sessionID
        self.messageID = messageID
        self.details = details
    }

    private enum CodingKeys: String, CodingKey {
        case id, at, actor, action, details
        case sessionID = "session_id"
        case messageID = "message_id"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(at, forKey: .at)
        try container.encode(actor, forKey: .actor)
        try container.encode(action, forKey: .action)
        try container.encode(sessionID, forKey: .sessionID)
        try container.encode(messageID, forKey: .messageID)
        try container.encode(details, forKey: .details)
    }
}

extension ChatAuditEntry: Described {
    package static let meaning = Meaning(
        "AuditEntry", .answer, "Something that was done, and by whom.",
        fields: [
            Field("id", "The entry."),
            Field("at", "When it was done."),
            Field("actor", "Who did it."),
            Field("action", "What was done, such as `message_deleted`."),
            Field("session_id", "In which conversation, if in one."),
            Field("message_id", "To which message, if to one."),
            Field("details", "What else there is to say of it; depends on the action."),
        ],
        list: .init("AuditEntryPage", "The audit log of chat, latest first."))
}

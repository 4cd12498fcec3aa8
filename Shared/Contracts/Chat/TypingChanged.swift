/// Somebody began or stopped typing. Ephemeral: published without a log, subject ``TypingChanged/subject``.
package struct TypingChanged: Codable, Sendable, Equatable {
    package let sessionID: ConversationID
    package let author: Author
    package let active: Bool

    package init(sessionID: ConversationID, author: Author, active: Bool) {
        self.sessionID = sessionID
        self.author = author
        self.active = active
    }

    private enum CodingKeys: String, CodingKey {
        case author, active
        case sessionID = "session_id"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sessionID, forKey: .sessionID)
        try container.encode(author, forKey: .author)
        try container.encode(active, forKey: .active)
    }
}

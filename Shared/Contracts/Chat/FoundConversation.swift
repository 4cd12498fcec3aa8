/// Its id, or nil.
package struct FoundConversation: Codable, Sendable, Equatable {
    package let sessionID: ConversationID?

    package init(sessionID: ConversationID? = nil) {
        self.sessionID = sessionID
    }

    private enum CodingKeys: String, CodingKey {
        case sessionID = "session_id"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sessionID, forKey: .sessionID)
    }
}

/// The conversation, new or the one that was open already.
package struct OpenedConversation: Codable, Sendable, Equatable {
    package let session: Session
    package let isRepeat: Bool
    package let message: Message?

    package init(session: Session, isRepeat: Bool, message: Message? = nil) {
        self.session = session
        self.isRepeat = isRepeat
        self.message = message
    }

    private enum CodingKeys: String, CodingKey {
        case session, message
        case isRepeat = "is_repeat"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(session, forKey: .session)
        try container.encode(isRepeat, forKey: .isRepeat)
        try container.encode(message, forKey: .message)
    }
}

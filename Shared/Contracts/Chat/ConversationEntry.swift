/// One entry of a conversation's sequence as a socket replays it: the payload of the event that made it.
package struct ConversationEntry: Codable, Sendable, Equatable {
    /// The event's subject.
    package let subject: String
    package let sequence: Int64
    /// JSON, the bytes of the log.
    package let payload: String

    package init(subject: String, sequence: Int64, payload: String) {
        self.subject = subject
        self.sequence = sequence
        self.payload = payload
    }

    private enum CodingKeys: String, CodingKey {
        case subject, sequence, payload
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(subject, forKey: .subject)
        try container.encode(sequence, forKey: .sequence)
        try container.encode(payload, forKey: .payload)
    }
}

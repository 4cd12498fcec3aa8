/// What a client sends as a message. The id makes a retry the same message.
package struct MessageDraft: Codable, Sendable, Equatable {
    package let id: MessageID
    package let text: String
    package let metadata: [String: JSONValue]

    package init(id: MessageID, text: String, metadata: [String: JSONValue] = [:]) {
        self.id = id
        self.text = text
        self.metadata = metadata
    }

    private enum CodingKeys: String, CodingKey {
        case id, text, metadata
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(text, forKey: .text)
        try container.encode(metadata, forKey: .metadata)
    }
}

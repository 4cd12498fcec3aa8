/// How long what customers wrote is kept, in days after the conversation was closed; nil: for ever.
package struct RetentionRules: Codable, Sendable, Equatable {
    package var messagesDays: Int?

    package static let standard = RetentionRules(messagesDays: nil)

    package init(messagesDays: Int?) {
        self.messagesDays = messagesDays
    }

    private enum CodingKeys: String, CodingKey {
        case messagesDays = "messages_days"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(messagesDays, forKey: .messagesDays)
    }
}

extension RetentionRules: Described {
    package static let meaning = Meaning(
        "Retention", .both, "How long what customers wrote is kept.",
        fields: [
            Field("messages_days", "After the conversation was closed; null: for ever.", .range(1, 36500), .orNull)
        ])
}

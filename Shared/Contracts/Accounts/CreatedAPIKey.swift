/// A new key; the only time its secret is shown.
package struct CreatedAPIKey: Codable, Sendable, Equatable {
    package let summary: APIKeySummary
    package let key: String

    package init(summary: APIKeySummary, key: String) {
        self.summary = summary
        self.key = key
    }

    private enum CodingKeys: String, CodingKey {
        case summary, key
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(summary, forKey: .summary)
        try container.encode(key, forKey: .key)
    }
}

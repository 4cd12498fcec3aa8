/// Entries above `after` in ascending order, and the highest sequence they cover. Ask again with `through` while `isComplete` is false.
package struct ConversationEntries: Codable, Sendable, Equatable {
    package let entries: [ConversationEntry]
    package let through: Int64
    package let isComplete: Bool
    package let receipts: [Receipt]

    package init(entries: [ConversationEntry], through: Int64, isComplete: Bool, receipts: [Receipt]) {
        self.entries = entries
        self.through = through
        self.isComplete = isComplete
        self.receipts = receipts
    }

    private enum CodingKeys: String, CodingKey {
        case entries, through, receipts
        case isComplete = "is_complete"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(entries, forKey: .entries)
        try container.encode(through, forKey: .through)
        try container.encode(isComplete, forKey: .isComplete)
        try container.encode(receipts, forKey: .receipts)
    }
}

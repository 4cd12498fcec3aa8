/// Messages in ascending order. `through` is the highest sequence the page covers for this reader.
package struct MessagePage: Codable, Sendable, Equatable {
    package let items: [Message]
    package let through: Int64
    /// Pass as `before` (going back) to read the messages before these.
    package let nextCursor: String?

    package init(items: [Message], through: Int64, nextCursor: String? = nil) {
        self.items = items
        self.through = through
        self.nextCursor = nextCursor
    }

    private enum CodingKeys: String, CodingKey {
        case items, through
        case nextCursor = "next_cursor"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(items, forKey: .items)
        try container.encode(through, forKey: .through)
        try container.encode(nextCursor, forKey: .nextCursor)
    }
}

extension MessagePage: Described {
    package static let meaning = Meaning(
        "MessagePage", .answer, "Messages in ascending order.",
        fields: [
            Field("items", "Those of this page, in order."),
            Field("through", "The highest sequence this page covers for you.", .sequence),
            Field("next_cursor", "Pass as `cursor` to read the next page; null on the last one."),
        ])
}

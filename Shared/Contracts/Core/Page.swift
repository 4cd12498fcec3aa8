/// One page of a list. `nextCursor` is opaque; nil on the last page.
package struct Page<Item: Codable & Sendable>: Codable, Sendable {
    /// Items a caller may ask for at once.
    package static var limitMax: Int { 200 }

    package let items: [Item]
    package let nextCursor: String?

    package init(items: [Item], nextCursor: String? = nil) {
        self.items = items
        self.nextCursor = nextCursor
    }

    private enum CodingKeys: String, CodingKey {
        case items
        case nextCursor = "next_cursor"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(items, forKey: .items)
        try container.encode(nextCursor, forKey: .nextCursor)
    }
}

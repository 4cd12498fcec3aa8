/// One page of a list that is read by cursor or by page numbers. Numbers are absent when the caller gave none.
package struct NumberedPage<Item: Codable & Sendable>: Codable, Sendable {
    package struct Place: Codable, Sendable, Equatable {
        /// From 1.
        package let page: Int
        package let pageSize: Int

        package init(page: Int, pageSize: Int) {
            self.page = page
            self.pageSize = pageSize
        }

        private enum CodingKeys: String, CodingKey {
            case page
            case pageSize = "page_size"
        }
    }

    package let items: [Item]
    /// Opaque; nil on the last page, and when pages are numbered.
    package let nextCursor: String?
    package let place: Place?
    /// Items on all pages.
    package let total: Int?

    package init(items: [Item], nextCursor: String? = nil, place: Place? = nil, total: Int? = nil) {
        self.items = items
        self.nextCursor = nextCursor
        self.place = place
        self.total = total
    }

    private enum CodingKeys: String, CodingKey {
        case items, page, total
        case nextCursor = "next_cursor"
        case pageSize = "page_size"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        items = try container.decode([Item].self, forKey: .items)
        nextCursor = try container.decodeIfPresent(String.self, forKey: .nextCursor)
        total = try container.decodeIfPresent(Int.self, forKey: .total)
        let page = try container.decodeIfPresent(Int.self, forKey: .page)
        let pageSize = try container.decodeIfPresent(Int.self, forKey: .pageSize)
        place = if let page, let pageSize { Place(page: page, pageSize: pageSize) } else { nil }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(items, forKey: .items)
        try container.encode(nextCursor, forKey: .nextCursor)
        try container.encodeIfPresent(place?.page, forKey: .page)
        try container.encodeIfPresent(place?.pageSize, forKey: .pageSize)
        try container.encodeIfPresent(total, forKey: .total)
    }
}

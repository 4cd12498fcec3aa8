/// The page a visitor writes from.
package struct PageVisit: Codable, Sendable, Equatable {
    package let url: String?
    package let title: String?
    package let referrer: String?

    package init(url: String? = nil, title: String? = nil, referrer: String? = nil) {
        self.url = url
        self.title = title
        self.referrer = referrer
    }

    private enum CodingKeys: String, CodingKey {
        case url, title, referrer
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(url, forKey: .url)
        try container.encode(title, forKey: .title)
        try container.encode(referrer, forKey: .referrer)
    }
}

extension PageVisit: Described {
    package static let meaning = Meaning(
        "PageVisit", .both, "The page a visitor writes from.",
        fields: [
            Field("url", "Its address.", .orNull),
            Field("title", "Its title.", .orNull),
            Field("referrer", "Where the visitor came from.", .orNull),
        ])
}

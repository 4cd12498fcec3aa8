/// A company by its id, its short name in addresses and its name.
package struct TenantSummary: Codable, Sendable, Equatable {
    package let id: TenantID
    package let slug: String
    package let name: String

    package init(id: TenantID, slug: String, name: String) {
        self.id = id
        self.slug = slug
        self.name = name
    }

    private enum CodingKeys: String, CodingKey {
        case id, slug, name
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(slug, forKey: .slug)
        try container.encode(name, forKey: .name)
    }
}

extension TenantSummary: Described {
    package static let meaning = Meaning(
        "TenantSummary", .answer, "A company.",
        fields: [
            Field("id", "The company."),
            Field("slug", "The company's short name in addresses."),
            Field("name", "What people call it."),
        ])
}

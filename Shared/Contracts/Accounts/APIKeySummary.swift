import Foundation

/// A key without its secret.
package struct APIKeySummary: Codable, Sendable, Equatable {
    package let id: APIKeyID
    package let name: String
    /// The first characters, to recognise it by.
    package let prefix: String
    package let createdAt: Date
    package let lastUsedAt: Date?
    /// nil: everything that the role `service` may.
    package let scopes: [KeyScope]?
    /// nil: until it is revoked.
    package let expiresAt: Date?

    package init(
        id: APIKeyID, name: String, prefix: String, createdAt: Date, lastUsedAt: Date? = nil, scopes: [KeyScope]? = nil,
        expiresAt: Date? = nil
    ) {
        self.id = id
        self.name = name
        self.prefix = prefix
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
        self.scopes = scopes
        self.expiresAt = expiresAt
    }

    private enum CodingKeys: String, CodingKey {
        case id, name, prefix, scopes
        case createdAt = "created_at"
        case lastUsedAt = "last_used_at"
        case expiresAt = "expires_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
        try container.encode(prefix, forKey: .prefix)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(lastUsedAt, forKey: .lastUsedAt)
        try container.encode(scopes, forKey: .scopes)
        try container.encode(expiresAt, forKey: .expiresAt)
    }
}

extension APIKeySummary: Described {
    package static let meaning = Meaning(
        "Key", .answer, "An API key without its secret.",
        fields: [
            Field("id", "The key."),
            Field("name", "What people call it."),
            Field("prefix", "The first characters, to recognise it by."),
            Field("created_at", "When it was made."),
            Field("last_used_at", "When it was last used, to within a minute; null: never."),
            Field("scopes", "What it may be used for; null: everything that a key may."),
            Field("expires_at", "null: until it is revoked."),
        ],
        list: .init("KeyPage", "API keys."))
}

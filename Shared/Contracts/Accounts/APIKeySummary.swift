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

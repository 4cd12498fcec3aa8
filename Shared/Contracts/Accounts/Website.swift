import Foundation

/// A website of a tenant that carries the widget.
package struct Website: Codable, Sendable, Equatable {
    package let id: SiteID
    /// Public.
    package let siteKey: String
    package let name: String
    package let allowedOrigins: [String]
    package let theme: [String: JSONValue]
    package let greeting: String
    /// 0 to 2.
    package let identitySecretsSet: Int
    package let createdAt: Date

    package init(
        id: SiteID, siteKey: String, name: String, allowedOrigins: [String], theme: [String: JSONValue], greeting: String,
        identitySecretsSet: Int, createdAt: Date
    ) {
        self.id = id
        self.siteKey = siteKey
        self.name = name
        self.allowedOrigins = allowedOrigins
        self.theme = theme
        self.greeting = greeting
        self.identitySecretsSet = identitySecretsSet
        self.createdAt = createdAt
    }

    private enum CodingKeys: String, CodingKey {
        case id, name, theme, greeting
        case siteKey = "site_key"
        case allowedOrigins = "allowed_origins"
        case identitySecretsSet = "identity_secrets_set"
        case createdAt = "created_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(siteKey, forKey: .siteKey)
        try container.encode(name, forKey: .name)
        try container.encode(allowedOrigins, forKey: .allowedOrigins)
        try container.encode(theme, forKey: .theme)
        try container.encode(greeting, forKey: .greeting)
        try container.encode(identitySecretsSet, forKey: .identitySecretsSet)
        try container.encode(createdAt, forKey: .createdAt)
    }
}

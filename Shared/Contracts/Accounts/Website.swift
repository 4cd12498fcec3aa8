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

extension Website: Described {
    package static let meaning = Meaning(
        "Site", .answer, "A website that carries the widget.",
        fields: [
            Field("id", "The website."),
            Field("site_key", "Public; the widget's `data-site`."),
            Field("name", "What people call it."),
            Field("allowed_origins", "Origins of the pages that may show the widget, such as `https://www.example.com`."),
            Field("theme", "Free; `accent` (a colour) and `position` are known to the widget."),
            Field("greeting", "What the widget says before anybody has written."),
            Field("identity_secrets_set", "How many identity secrets are valid: the newest, and the one before.", .range(0, 2)),
            Field("created_at", "When it was made."),
        ],
        list: .init("SitePage", "Websites."))
}

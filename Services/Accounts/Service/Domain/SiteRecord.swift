import Contracts
import Foundation

/// A website with its secrets.
package struct SiteRecord: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    package let clientID: TenantID
    package let id: SiteID
    package let siteKey: String
    package var name: String
    package var allowedOrigins: [String]
    package var theme: [String: JSONValue]
    package var greeting: String
    package var identitySecret: String?
    package var previousIdentitySecret: String?
    package var rotationKey: [UInt8]?
    package let creationDigest: [UInt8]
    package let createdAt: Date

    package init(
        clientID: TenantID, id: SiteID, siteKey: String, name: String, allowedOrigins: [String], theme: [String: JSONValue],
        greeting: String,
        identitySecret: String? = nil, previousIdentitySecret: String? = nil, rotationKey: [UInt8]? = nil, creationDigest: [UInt8],
        createdAt: Date
    ) {
        self.clientID = clientID
        self.id = id
        self.siteKey = siteKey
        self.name = name
        self.allowedOrigins = allowedOrigins
        self.theme = theme
        self.greeting = greeting
        self.identitySecret = identitySecret
        self.previousIdentitySecret = previousIdentitySecret
        self.rotationKey = rotationKey
        self.creationDigest = creationDigest
        self.createdAt = createdAt
    }

    /// Both are valid: a website changes its secret while pages with the old one are still open.
    package var identitySecrets: [String] { [identitySecret, previousIdentitySecret].compactMap { $0 } }

    package var website: Website {
        Website(
            id: id, siteKey: siteKey, name: name, allowedOrigins: allowedOrigins, theme: theme, greeting: greeting,
            identitySecretsSet: identitySecrets.count, createdAt: createdAt)
    }

    package func allows(origin: String) -> Bool {
        guard let origin = WebOrigin(origin) else { return false }
        return allowedOrigins.contains(origin.text)
    }

    package var description: String { "SiteRecord(\(id))" }
    package var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}

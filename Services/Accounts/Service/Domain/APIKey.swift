import Contracts
import Foundation

/// What programs sign in with.
package enum APIKey {
    package static let prefix = "sk_"
    /// Characters that are shown in lists: 48 of its 256 random bits.
    package static let shownLength = 11
    /// How exactly `last_used_at` is kept. A write for each use would cost more than the use.
    package static let lastUsedPrecision: TimeInterval = 60
    /// So long a repeat of the order that made it, whose answer may have been lost, gets the same secret again; and only
    /// while it has not been used.
    package static let repeatSeconds: TimeInterval = 600

    package static func isPlausible(_ text: String) -> Bool {
        text.hasPrefix(prefix) && (20...100).contains(text.utf8.count)
    }
}

/// A key without its secret, with what only accounts knows.
package struct APIKeyRecord: Sendable, Equatable {
    package let clientID: TenantID
    package let id: APIKeyID
    package let name: String
    package let hash: [UInt8]
    package let prefix: String
    package let createdAt: Date
    package let lastUsedAt: Date?
    package let revokedAt: Date?

    package var summary: APIKeySummary {
        APIKeySummary(id: id, name: name, prefix: prefix, createdAt: createdAt, lastUsedAt: lastUsedAt)
    }
}

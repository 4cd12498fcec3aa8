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

    /// When a key ends, counted from now. Beyond it "never" says the same and is honest. Ten years.
    package static let lifetimeMax: TimeInterval = 10 * 365 * 86_400

    /// - Returns: the scopes once each, in the order in which they are shown; nil for everything.
    package static func scopes(_ given: [KeyScope]?) throws(AccountsError) -> [KeyScope]? {
        guard let given else { return nil }
        guard !given.isEmpty else { throw .fieldInvalid(field: "scopes", detail: "must name at least one; leave it out for everything") }
        guard given.allSatisfy(KeyScope.allCases.contains) else {
            throw .fieldInvalid(field: "scopes", detail: "must be of \(KeyScope.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return KeyScope.allCases.filter(given.contains)
    }

    package static func expiry(_ given: Date?, now: Date) throws(AccountsError) -> Date? {
        guard let given else { return nil }
        guard given > now, given <= now.addingTimeInterval(lifetimeMax) else {
            throw .fieldInvalid(field: "expires_at", detail: "must lie in the future, within ten years; leave it out for a key without end")
        }
        return Timestamp.rounded(given)
    }

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
    package let scopes: [KeyScope]?
    package let expiresAt: Date?

    package func works(at now: Date) -> Bool { revokedAt == nil && expiresAt.map { now < $0 } ?? true }

    package var summary: APIKeySummary {
        APIKeySummary(
            id: id, name: name, prefix: prefix, createdAt: createdAt, lastUsedAt: lastUsedAt, scopes: scopes, expiresAt: expiresAt)
    }
}

import Contracts
import Foundation

/// Who asks, and until when that may be believed.
package struct Caller: Sendable, Equatable {
    package let principal: Principal
    /// The token's end; for keys, which have none, when the key must be looked at again.
    package let expiresAt: Date
    /// When the token was signed; for keys when accounts vouched for it.
    package let issuedAt: Date
    /// The sign-in, or the visitor's browser; nil for keys, and in tokens that an older accounts signed.
    package let sessionID: EntityID?
    /// What ends when the user's or the visitor's rises; 0 in tokens that an older accounts signed.
    package let version: Int64
    /// What a key may be used for; nil: whatever its role may.
    package let scopes: [KeyScope]?
    /// When a key ends for good; nil: never, or no key.
    package let keyEndsAt: Date?

    package init(
        principal: Principal, expiresAt: Date, issuedAt: Date, sessionID: EntityID? = nil, version: Int64 = 0, scopes: [KeyScope]? = nil,
        keyEndsAt: Date? = nil
    ) {
        self.principal = principal
        self.expiresAt = expiresAt
        self.issuedAt = issuedAt
        self.sessionID = sessionID
        self.version = version
        self.scopes = scopes
        self.keyEndsAt = keyEndsAt
    }

    package func holds(_ scope: KeyScope) -> Bool { scopes?.contains(scope) ?? true }
}

import Contracts
import Foundation

/// Who asks, and until when that may be believed.
package struct Caller: Sendable, Equatable {
    package let principal: Principal
    /// The token's end; for keys, which have none, when the key must be looked at again.
    package let expiresAt: Date

    package init(principal: Principal, expiresAt: Date) {
        self.principal = principal
        self.expiresAt = expiresAt
    }
}

import Contracts
import Crypto
import Foundation

/// How often a password may be tried. Kept in the database, so that all replicas count together and a restart forgets nothing.
package enum AttemptLimit {
    /// Attempts at once.
    package static let burst = 10
    /// Every so many seconds one more is free: 10 per minute.
    package static let secondsPerAttempt: TimeInterval = 6

    /// A hash: the table holds neither addresses nor e-mails.
    package static func key(address: String, email: String) -> [UInt8] {
        Array(SHA256.hash(data: Data("sign-in\0\(address)\0\(email)".utf8)))
    }

    package static func key(user: UserID, clientID: TenantID) -> [UInt8] {
        Array(SHA256.hash(data: Data("password\0\(clientID)\0\(user)".utf8)))
    }
}

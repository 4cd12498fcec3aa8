import Contracts
import Crypto
import Foundation

/// How often a password may be tried: buckets of attempts, each of which comes back after a time. Kept in the database, so that all
/// replicas count together and a restart forgets nothing.
package struct AttemptLimit: Sendable, Equatable {
    /// Attempts at once.
    package let burst: Int
    /// Every so many seconds one more is free.
    package let secondsPerAttempt: TimeInterval

    package init(burst: Int, secondsPerAttempt: TimeInterval) {
        self.burst = burst
        self.secondsPerAttempt = secondsPerAttempt
    }

    /// Of one address at one account, of one known browser, and of somebody signed in who changes the password: ten, and ten per minute.
    package static let own = AttemptLimit(burst: 10, secondsPerAttempt: 6)
    /// Failures of one address, whatever e-mails it names: some offices stand behind one, but not fifty people who forgot their passwords.
    package static let address = AttemptLimit(burst: 50, secondsPerAttempt: 6)
    /// Failures at one account over all addresses, before it counts as ``suspected(_:)``. It refuses nobody by itself: whoever knows the
    /// password must not be locked out by those who do not.
    package static let account = AttemptLimit(burst: 20, secondsPerAttempt: 60)

    /// Of one address at an account that others have failed at so often more than ``account`` allows: three, and the pause for the next
    /// doubles with every ten failures, up to a quarter of an hour.
    package static func suspected(_ failures: Int) -> AttemptLimit {
        let doublings = min(failures / 10 + 1, 8)
        return AttemptLimit(burst: 3, secondsPerAttempt: min(own.secondsPerAttempt * Double(1 << doublings), 900))
    }

    /// What an attempt is counted by. A hash: the table holds neither addresses nor e-mails.
    package struct Key: Sendable, Equatable {
        package let bytes: [UInt8]

        private init(_ parts: [String]) {
            bytes = Array(SHA256.hash(data: Data(parts.joined(separator: "\0").utf8)))
        }

        package static func pair(address: String, email: String) -> Key { Key(["sign-in", address, email]) }
        package static func address(_ address: String) -> Key { Key(["address", address]) }
        package static func account(_ email: String) -> Key { Key(["account", email]) }
        package static func device(_ id: UUID) -> Key { Key(["device", id.lowercased]) }
        package static func user(_ user: UserID, clientID: TenantID) -> Key { Key(["password", "\(clientID)", "\(user)"]) }
    }
}

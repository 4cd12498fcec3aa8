import Contracts
import Crypto
import Foundation

/// What a refresh token that comes in is worth.
///
/// Each refresh makes a successor and retires the token that asked. A retired token that comes again means that two hold it,
/// so the whole sign-in ends — except that the answer may have been lost on its way: within ``graceSeconds`` after the rotation, and
/// as long as nobody has used the successor, the same question gets the same successor again. A thief who copies a token can
/// therefore use that moment at most, and is found out when the next of the two refreshes, since only one successor exists.
package enum RefreshRotation {
    /// Longer than a request with its retries (5 s each) and a phone that changes networks; far below the life of an access token.
    package static let graceSeconds: TimeInterval = 60
    /// A sign-in unused for so long ends.
    package static let idleSeconds: TimeInterval = 30 * 86_400
    /// However diligently it is refreshed, a sign-in ends after this.
    package static let signInSeconds: TimeInterval = 90 * 86_400

    /// So long a retired token is recognised as reused; after that it is merely unknown, and worth as little. A sign-in that is
    /// refreshed every ten minutes keeps a thousand of them.
    package static let retiredKeptSeconds: TimeInterval = 7 * 86_400

    package enum Verdict: Equatable, Sendable {
        case rotate
        /// The answer was lost: give the same successor again.
        case repeatSuccessor
        case reused
        case invalid
    }

    /// What is known of the token and of its sign-in.
    package struct State: Sendable {
        package var expiresAt: Date
        package var rotatedAt: Date?
        package var isSuccessorUsed = false
        package var signInExpiresAt: Date
        package var isSignInRevoked = false
        package var isUserActive = true

        package init(expiresAt: Date, signInExpiresAt: Date) {
            self.expiresAt = expiresAt
            self.signInExpiresAt = signInExpiresAt
        }
    }

    package static func verdict(on state: State, at now: Date) -> Verdict {
        guard !state.isSignInRevoked, state.isUserActive, now < state.signInExpiresAt else { return .invalid }
        guard let rotatedAt = state.rotatedAt else { return now < state.expiresAt ? .rotate : .invalid }
        return !state.isSuccessorUsed && now < rotatedAt.addingTimeInterval(graceSeconds) ? .repeatSuccessor : .reused
    }

    /// HMAC-SHA256 of the salt under the token. The database holds the salt and hashes of both tokens, so it cannot compute
    /// the successor; whoever holds the token alone cannot either.
    package static func successor(of token: SecretToken, salt: [UInt8]) -> SecretToken {
        let code = HMAC<SHA256>.authenticationCode(for: Data(salt), using: SymmetricKey(data: Data(token.text.utf8)))
        return SecretToken(text: Base64URL.encode(Array(code)))
    }
}

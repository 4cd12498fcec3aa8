import Foundation

/// What a link on which somebody chooses a password carries. There is no mail yet: whoever ordered it passes it on.
package struct OneTimeLink: Codable, Sendable, Equatable {
    package enum Purpose: String, Codable, Sendable {
        /// The first password.
        case invitation
        /// Another one instead of a password that was lost, or may be known to others.
        case reset
    }

    package let user: UserAccount
    package let purpose: Purpose
    package let token: String
    package let expiresAt: Date

    package init(user: UserAccount, purpose: Purpose, token: String, expiresAt: Date) {
        self.user = user
        self.purpose = purpose
        self.token = token
        self.expiresAt = expiresAt
    }

    private enum CodingKeys: String, CodingKey {
        case user, purpose, token
        case expiresAt = "expires_at"
    }
}

import Foundation

/// The user, and a one-time link's token if no password was given.
package struct CreatedUser: Codable, Sendable, Equatable {
    package let user: UserAccount
    package let invitationToken: String?
    package let invitationExpiresAt: Date?

    package init(user: UserAccount, invitationToken: String? = nil, invitationExpiresAt: Date? = nil) {
        self.user = user
        self.invitationToken = invitationToken
        self.invitationExpiresAt = invitationExpiresAt
    }

    private enum CodingKeys: String, CodingKey {
        case user
        case invitationToken = "invitation_token"
        case invitationExpiresAt = "invitation_expires_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(user, forKey: .user)
        try container.encode(invitationToken, forKey: .invitationToken)
        try container.encode(invitationExpiresAt, forKey: .invitationExpiresAt)
    }
}

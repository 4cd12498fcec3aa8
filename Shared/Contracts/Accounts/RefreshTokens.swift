/// Exchanges a refresh token for a new pair. A token used twice revokes its whole family.
package struct RefreshTokens: BusRequest, AskedByAnyone, Equatable {
    package typealias Reply = TokenPair
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.refresh-tokens"
    package static let service = ServiceName.accounts
    package static let keepsReply = false
    package let refreshToken: String

    package init(refreshToken: String) {
        self.refreshToken = refreshToken
    }

    private enum CodingKeys: String, CodingKey {
        case refreshToken = "refresh_token"
    }
}

/// Revokes the family of the refresh token. An unknown one is done as well.
package struct SignOut: BusRequest, AskedByAnyone, Equatable {
    package typealias Reply = Done
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.sign-out"
    package static let service = ServiceName.accounts
    package let refreshToken: String

    package init(refreshToken: String) {
        self.refreshToken = refreshToken
    }

    private enum CodingKeys: String, CodingKey {
        case refreshToken = "refresh_token"
    }
}

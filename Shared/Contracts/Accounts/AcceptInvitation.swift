/// Sets the first password. The link works once.
package struct AcceptInvitation: BusRequest, AskedByAnyone, Equatable {
    package typealias Reply = Done
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.accept-invitation"
    package static let service = ServiceName.accounts
    package static let keepsReply = false
    package let token: String
    package let password: String

    package init(token: String, password: String) {
        self.token = token
        self.password = password
    }

    private enum CodingKeys: String, CodingKey {
        case token, password
    }
}

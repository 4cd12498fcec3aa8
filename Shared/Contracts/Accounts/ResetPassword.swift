/// Takes somebody's password away, ends every sign-in, and gives a link on which they choose another.
package struct ResetPassword: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = OneTimeLink
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.reset-password"
    package static let service = ServiceName.accounts
    package static let access = Access.administrators
    package static let keepsReply = false
    package let principal: Principal
    package let userID: UserID
    /// The order's own id: the same order made twice gives the same link.
    package let order: Identifier<OneTimeLink>

    package init(principal: Principal, userID: UserID, order: Identifier<OneTimeLink>) {
        self.principal = principal
        self.userID = userID
        self.order = order
    }

    private enum CodingKeys: String, CodingKey {
        case principal, order
        case userID = "user_id"
    }
}

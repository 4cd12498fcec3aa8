/// The tenant's users by e-mail.
package struct ListUsers: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Page<UserAccount>
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.list-users"
    package static let service = ServiceName.accounts
    package static let access = Access.administrators
    package let principal: Principal
    package let limit: Int
    package let cursor: String?

    package init(principal: Principal, limit: Int, cursor: String? = nil) {
        self.principal = principal
        self.limit = limit
        self.cursor = cursor
    }

    private enum CodingKeys: String, CodingKey {
        case principal, limit, cursor
    }
}

/// The tenant's keys.
package struct ListAPIKeys: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Page<APIKeySummary>
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.list-api-keys"
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

/// The tenant's business rules. For supervisors and administrators.
package struct GetBusinessRules: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = BusinessRules
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.get-business-rules"
    package static let service = ServiceName.accounts
    package static let access = Access.supervisors
    package let principal: Principal

    package init(principal: Principal) {
        self.principal = principal
    }

    private enum CodingKeys: String, CodingKey {
        case principal
    }
}

/// Who the asker is.
package struct GetMe: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = SignedInUser
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.get-me"
    package static let service = ServiceName.accounts
    package static let access = Access.staff
    package let principal: Principal

    package init(principal: Principal) {
        self.principal = principal
    }

    private enum CodingKeys: String, CodingKey {
        case principal
    }
}

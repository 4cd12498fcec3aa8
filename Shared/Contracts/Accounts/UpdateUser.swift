/// Changes what is given. Disabling ends every sign-in of the user. The last administrator stays.
package struct UpdateUser: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = UserAccount
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.update-user"
    package static let service = ServiceName.accounts
    package static let access = Access.administrators
    package let principal: Principal
    package let id: UserID
    package let name: String?
    package let role: Role?
    package let disabled: Bool?

    package init(principal: Principal, id: UserID, name: String? = nil, role: Role? = nil, disabled: Bool? = nil) {
        self.principal = principal
        self.id = id
        self.name = name
        self.role = role
        self.disabled = disabled
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id, name, role, disabled
    }
}

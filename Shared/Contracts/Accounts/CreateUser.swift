/// Adds a user; without a password the answer carries an invitation.
package struct CreateUser: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = CreatedUser
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.create-user"
    package static let service = ServiceName.accounts
    package static let access = Access.administrators
    package static let keepsReply = false
    package let principal: Principal
    package let id: UserID
    package let email: String
    package let name: String
    package let role: Role
    package let password: String?

    package init(principal: Principal, id: UserID, email: String, name: String, role: Role, password: String? = nil) {
        self.principal = principal
        self.id = id
        self.email = email
        self.name = name
        self.role = role
        self.password = password
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id, email, name, role, password
    }
}

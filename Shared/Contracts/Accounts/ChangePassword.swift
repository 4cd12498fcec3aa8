/// Replaces the asker's password and ends the asker's other sign-ins.
package struct ChangePassword: BusRequest, Equatable {
    package typealias Reply = Done
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.change-password"
    package static let service = ServiceName.accounts
    package let principal: Principal
    package let currentPassword: String
    package let newPassword: String

    package init(principal: Principal, currentPassword: String, newPassword: String) {
        self.principal = principal
        self.currentPassword = currentPassword
        self.newPassword = newPassword
    }

    private enum CodingKeys: String, CodingKey {
        case principal
        case currentPassword = "current_password"
        case newPassword = "new_password"
    }
}

/// Replaces the asker's password and ends the asker's other sign-ins.
package struct ChangePassword: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Done
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.change-password"
    package static let service = ServiceName.accounts
    package static let access = Access.staff
    package static let keepsReply = false
    package let principal: Principal
    package let currentPassword: String
    package let newPassword: String
    /// The asker's own, whose sign-in goes on; without it every sign-in ends.
    package let refreshToken: String?

    package init(principal: Principal, currentPassword: String, newPassword: String, refreshToken: String? = nil) {
        self.principal = principal
        self.currentPassword = currentPassword
        self.newPassword = newPassword
        self.refreshToken = refreshToken
    }

    private enum CodingKeys: String, CodingKey {
        case principal
        case currentPassword = "current_password"
        case newPassword = "new_password"
        case refreshToken = "refresh_token"
    }
}

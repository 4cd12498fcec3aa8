/// Signs somebody out, everywhere or at one place: the asker, or for administrators anybody of the company.
package struct EndSignIns: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Done
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.end-sign-ins"
    package static let service = ServiceName.accounts
    package static let access = Access.staff
    package let principal: Principal
    package let userID: UserID
    /// nil: all of them. One that has ended already is done as well.
    package let signInID: SignInID?

    package init(principal: Principal, userID: UserID, signInID: SignInID? = nil) {
        self.principal = principal
        self.userID = userID
        self.signInID = signInID
    }

    private enum CodingKeys: String, CodingKey {
        case principal
        case userID = "user_id"
        case signInID = "sign_in_id"
    }
}

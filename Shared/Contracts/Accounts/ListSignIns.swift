/// Where somebody is signed in: the asker's own, or for administrators anybody's of the company.
package struct ListSignIns: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Page<SignInSummary>
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.list-sign-ins"
    package static let service = ServiceName.accounts
    package static let access = Access.staff
    package let principal: Principal
    package let userID: UserID

    package init(principal: Principal, userID: UserID) {
        self.principal = principal
        self.userID = userID
    }

    private enum CodingKeys: String, CodingKey {
        case principal
        case userID = "user_id"
    }
}

/// Ends the asking visitor's tokens: those of this browser, or all.
package struct ForgetVisitor: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Done
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.forget-visitor"
    package static let service = ServiceName.accounts
    package static let access = Access.customers
    package let principal: Principal
    /// nil: the token names none, so all of the visitor's end.
    package let browser: EntityID?

    package init(principal: Principal, browser: EntityID?) {
        self.principal = principal
        self.browser = browser
    }

    private enum CodingKeys: String, CodingKey {
        case principal, browser
    }
}

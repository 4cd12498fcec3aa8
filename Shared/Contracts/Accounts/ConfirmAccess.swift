/// Whether a token that verifies is still worth something, for a gateway that cannot know it by itself: the token is older than what it
/// has heard of.
/// - Failure: ``AccountsError/accessEnded``.
package struct ConfirmAccess: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Done
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.confirm-access"
    package static let service = ServiceName.accounts
    package static let access = Access.anyone
    package static let keepsReply = false
    package let principal: Principal
    /// The sign-in, or the visitor's browser, that the token names; nil for one that an older accounts signed.
    package let sessionID: EntityID?
    /// The token's.
    package let version: Int64

    package init(principal: Principal, sessionID: EntityID?, version: Int64) {
        self.principal = principal
        self.sessionID = sessionID
        self.version = version
    }

    private enum CodingKeys: String, CodingKey {
        case principal, version
        case sessionID = "session_id"
    }
}

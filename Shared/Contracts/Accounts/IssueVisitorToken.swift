/// A token for a new visitor, or for the returning one whose token is given.
package struct IssueVisitorToken: BusRequest, AskedByAnyone, Equatable {
    package typealias Reply = VisitorToken
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.issue-visitor-token"
    package static let service = ServiceName.accounts
    package static let keepsReply = false
    /// The public site key.
    package let site: String
    package let token: String?
    package let identity: VisitorIdentity?
    /// Where the widget stands; checked against the site's allowed origins when known.
    package let origin: String?

    package init(site: String, token: String? = nil, identity: VisitorIdentity? = nil, origin: String? = nil) {
        self.site = site
        self.token = token
        self.identity = identity
        self.origin = origin
    }

    private enum CodingKeys: String, CodingKey {
        case site, token, identity, origin
    }
}

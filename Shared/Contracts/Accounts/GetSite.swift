/// One site.
package struct GetSite: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Website
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.get-site"
    package static let service = ServiceName.accounts
    package static let access = Access.administrators
    package let principal: Principal
    package let id: SiteID

    package init(principal: Principal, id: SiteID) {
        self.principal = principal
        self.id = id
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id
    }
}

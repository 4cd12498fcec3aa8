/// Makes a new identity secret; the previous one stays valid until the next rotation.
package struct RotateIdentitySecret: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = IdentitySecret
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.rotate-identity-secret"
    package static let service = ServiceName.accounts
    package static let access = Access.administrators
    package static let keepsReply = false
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

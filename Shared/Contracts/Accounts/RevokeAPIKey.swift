/// The key works no more (within 30 s at gateways that know it).
package struct RevokeAPIKey: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Done
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.revoke-api-key"
    package static let service = ServiceName.accounts
    package static let access = Access.administrators
    package let principal: Principal
    package let id: APIKeyID

    package init(principal: Principal, id: APIKeyID) {
        self.principal = principal
        self.id = id
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id
    }
}

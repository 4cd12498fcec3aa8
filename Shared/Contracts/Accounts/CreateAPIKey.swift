import Foundation

/// Makes a key with role `service`.
package struct CreateAPIKey: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = CreatedAPIKey
    package typealias Failure = AccountsError
    package static let subject: Subject = "accounts.create-api-key"
    package static let service = ServiceName.accounts
    package static let access = Access.administrators
    package static let keepsReply = false
    package let principal: Principal
    package let id: APIKeyID
    package let name: String
    /// nil: everything that the role `service` may.
    package let scopes: [KeyScope]?
    /// nil: until it is revoked.
    package let expiresAt: Date?

    package init(principal: Principal, id: APIKeyID, name: String, scopes: [KeyScope]? = nil, expiresAt: Date? = nil) {
        self.principal = principal
        self.id = id
        self.name = name
        self.scopes = scopes
        self.expiresAt = expiresAt
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id, name, scopes
        case expiresAt = "expires_at"
    }
}

import Contracts
import Foundation

/// A user with what only accounts knows.
package struct UserRecord: Sendable, Equatable {
    package let clientID: TenantID
    package let id: UserID
    package let email: String
    package var name: String
    package var role: Role
    /// nil until an invitation is accepted.
    package var passwordHash: String?
    package let creationDigest: [UInt8]
    package var disabledAt: Date?
    package let createdAt: Date
    /// Tokens of a lower version have ended.
    package var tokenVersion: Int64

    package init(
        clientID: TenantID, id: UserID, email: String, name: String, role: Role, passwordHash: String?, creationDigest: [UInt8],
        disabledAt: Date? = nil, createdAt: Date, tokenVersion: Int64 = 0
    ) {
        self.clientID = clientID
        self.id = id
        self.email = email
        self.name = name
        self.role = role
        self.passwordHash = passwordHash
        self.creationDigest = creationDigest
        self.disabledAt = disabledAt
        self.createdAt = createdAt
        self.tokenVersion = tokenVersion
    }

    package var isActive: Bool { disabledAt == nil }

    package var account: UserAccount { account(nil) }

    package func account(_ access: UserAccess?) -> UserAccount {
        UserAccount(id: id, email: email, name: name, role: role, disabled: !isActive, createdAt: createdAt, access: access)
    }

    package var principal: Principal { Principal(clientID: clientID, subject: id, role: role, name: name) }
}

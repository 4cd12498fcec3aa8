import Contracts
import Storage

/// Somebody in whose name accounts works. What a token says was true when it was signed; what counts is what the database says, read
/// in the transaction of the work itself.
package struct Actor: Sendable {
    package let principal: Principal
    /// Who may do this.
    package let roles: Set<Role>

    /// - Throws: ``AccountsError/accessEnded``; ``AccountsError/roleMayNot(role:)``.
    func check(in transaction: Transaction) throws {
        let user = try UserRepository(transaction: transaction, clientID: principal.clientID).find(principal.subject)
        guard let user, user.isActive else { throw AccountsError.accessEnded }
        guard roles.contains(user.role) else { throw AccountsError.roleMayNot(role: user.role.rawValue) }
    }
}

extension Database {
    /// A transaction in somebody's name, within their company.
    func transaction<Result: Sendable>(
        by actor: Actor, _ body: @escaping @Sendable (Transaction) throws -> Result
    ) async throws -> Result {
        try await transaction(of: actor.principal.clientID, by: actor, body)
    }

    /// - Parameter actor: nil: the operator, or somebody whose right was proved otherwise.
    func transaction<Result: Sendable>(
        of clientID: TenantID, by actor: Actor?, _ body: @escaping @Sendable (Transaction) throws -> Result
    ) async throws -> Result {
        try await transaction(.tenant(clientID)) { transaction in
            try actor?.check(in: transaction)
            return try body(transaction)
        }
    }
}

import Contracts
import Storage

/// Somebody in whose name accounts works. What a token says was true when it was signed; what counts is what the database says, read
/// in the transaction of the work itself.
package struct Actor: Sendable {
    package let principal: Principal
    /// Who may do this.
    private let access: Access

    /// Whoever asks, as the question's declaration lets them; what their token says was checked where the handler is registered.
    init<Question: AskedByPrincipal>(_ question: Question) {
        principal = question.principal
        access = Question.access
    }

    /// Whoever asks about themselves, or an administrator who asks about anybody of the company.
    /// - Throws: ``AccountsError/roleMayNot(role:)``.
    init<Question: AskedByPrincipal>(_ question: Question, about userID: UserID) throws(AccountsError) {
        principal = question.principal
        guard principal.subject != userID else {
            access = Question.access
            return
        }
        access = .administrators
        guard access.includes(principal.role) else { throw .roleMayNot(role: principal.role.rawValue) }
    }

    /// - Throws: ``AccountsError/accessEnded``; ``AccountsError/roleMayNot(role:)``.
    func check(in transaction: Transaction) throws {
        let user = try UserRepository(transaction: transaction, clientID: principal.clientID).find(principal.subject)
        guard let user, user.isActive else { throw AccountsError.accessEnded }
        guard access.includes(user.role) else { throw AccountsError.roleMayNot(role: user.role.rawValue) }
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

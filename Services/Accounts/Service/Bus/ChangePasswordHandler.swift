import Bus
import Contracts
import Foundation
import Storage

/// Wrong guesses count like sign-ins. A repeat whose first attempt succeeded finds the new password in place and is done.
struct ChangePasswordHandler: RequestHandler {
    let database: Database
    let hasher: PasswordHasher
    let now: @Sendable () -> Date

    func answer(_ request: ChangePassword, context: RequestContext) async throws -> Done {
        let principal = request.principal
        try context.requireTenant(of: principal)
        try Permission.requireStaff(principal)
        let now = now()
        let attempts = AttemptLimit.key(user: principal.subject, clientID: principal.clientID)
        let user = try await database.transaction(.tenant(principal.clientID)) { transaction in
            let user = try UserRepository(transaction: transaction, clientID: principal.clientID).find(principal.subject)
            guard let user, user.isActive else { throw AccountsError.userNotFound(id: principal.subject) }
            try PasswordRules.check(request.newPassword, email: user.email, field: "new_password")
            try AttemptRepository(transaction: transaction).take(attempts, at: now)
            return user
        }
        guard let oldHash = user.passwordHash, try await hasher.matches(request.currentPassword, oldHash) else {
            guard try await hasher.matches(request.newPassword, user.passwordHash) else { throw AccountsError.passwordWrong }
            return Done()
        }
        let newHash = try await hasher.hash(request.newPassword)
        let kept = request.refreshToken.map(SecretToken.init(text:))
        try await database.transaction(.tenant(principal.clientID)) { transaction in
            let users = UserRepository(transaction: transaction, clientID: principal.clientID)
            guard try users.replacePasswordHash(of: user.id, oldHash, by: newHash, at: now) else { throw AccountsError.passwordWrong }
            try AttemptRepository(transaction: transaction).forget(attempts)
            try SignInRepository(transaction: transaction, clientID: principal.clientID).revokeAll(of: user.id, except: kept, at: now)
        }
        return Done()
    }
}

import Bus
import Contracts
import EventLog
import Foundation
import Storage

/// Wrong guesses count like sign-ins. A repeat whose first attempt succeeded finds the new password in place and is done. Every token
/// signed so far ends; the sign-in whose refresh token came along goes on by it.
struct ChangePasswordHandler: RequestHandler {
    let database: Database
    let publisher: EventPublisher
    let hasher: PasswordHasher
    let now: @Sendable () -> Date

    func answer(_ request: ChangePassword, context: RequestContext) async throws -> Done {
        let principal = request.principal
        let actor = Actor(request)
        let now = now()
        let turn = PasswordHasher.Turn(.known, source: "\(principal.subject)", deadline: context.deadline)
        let attempts = AttemptLimit.Key.user(principal.subject, clientID: principal.clientID)
        let user = try await database.transaction(by: actor) { transaction in
            let user = try UserRepository(transaction: transaction, clientID: principal.clientID).find(principal.subject)
            guard let user, user.isActive else { throw AccountsError.userNotFound(id: principal.subject) }
            try PasswordRules.check(request.newPassword, email: user.email, field: "new_password")
            try AttemptRepository(transaction: transaction).take(attempts, .own, at: now)
            return user
        }
        guard let oldHash = user.passwordHash, try await hasher.matches(request.currentPassword, oldHash, turn) else {
            guard try await hasher.matches(request.newPassword, user.passwordHash, turn) else { throw AccountsError.passwordWrong }
            return Done()
        }
        let newHash = try await hasher.hash(request.newPassword, turn)
        let kept = request.refreshToken.map(SecretToken.init(text:))
        let publisher = publisher
        try await database.transaction(by: actor) { transaction in
            var locked = try publisher.lock([user.id.uuid], in: transaction)
            let users = UserRepository(transaction: transaction, clientID: principal.clientID)
            guard var current = try users.lock(user.id), current.passwordHash == oldHash else { throw AccountsError.passwordWrong }
            current.passwordHash = newHash
            let ended = current.endTokens()
            try users.update(current, at: now)
            try AttemptRepository(transaction: transaction).forget(attempts)
            try SignInRepository(transaction: transaction, clientID: principal.clientID).revokeAll(of: user.id, except: kept, at: now)
            let event = try NewEvent(ended, clientID: principal.clientID, traceparent: context.traceparent)
            try publisher.append([event], to: &locked, in: transaction)
        }
        return Done()
    }
}

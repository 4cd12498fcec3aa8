import Bus
import Contracts
import Foundation
import Storage

/// An unknown e-mail, a wrong password, a disabled user and an invitation not yet accepted are answered alike and cost alike.
struct SignInHandler: RequestHandler {
    let database: Database
    let hasher: PasswordHasher
    let tokens: TokenIssuer
    let now: @Sendable () -> Date

    func answer(_ request: SignIn, context: RequestContext) async throws -> TokenPair {
        let now = now()
        let typed = request.email.trimmingCharacters(in: .whitespaces).lowercased()
        let attempts = AttemptLimit.key(address: request.address, email: typed)
        let isPlausible = isAddress(typed) && (request.client.map(FieldRules.isSlug) ?? true)
        let candidates = try await database.transaction(.none) { transaction in
            try AttemptRepository(transaction: transaction).take(attempts, at: now)
            return isPlausible ? try users(email: typed, slug: request.client, transaction) : []
        }
        var matching: [UserRecord] = []
        for user in candidates where try await hasher.matches(request.password, user.passwordHash) { matching.append(user) }
        if candidates.isEmpty { _ = try await hasher.matches(request.password, nil) }
        guard let user = matching.first else { throw AccountsError.signInFailed }
        // Only who knows a password learns that several companies know the e-mail.
        guard candidates.count == 1 else { throw AccountsError.clientRequired }

        var newHash: String?
        if let hash = user.passwordHash, hasher.isOutdated(hash) { newHash = try await hasher.hash(request.password) }
        let refreshToken = SecretToken.random()
        let principal = try await database.transaction(.tenant(user.clientID)) { [newHash] transaction in
            let users = UserRepository(transaction: transaction, clientID: user.clientID)
            // Disabled, or given another password, while we computed.
            guard let current = try users.lock(user.id), current.isActive, let hash = current.passwordHash, hash == user.passwordHash else {
                throw AccountsError.signInFailed
            }
            if let newHash { _ = try users.replacePasswordHash(of: user.id, hash, by: newHash, at: now) }
            try AttemptRepository(transaction: transaction).forget(attempts)
            try SignInRepository(transaction: transaction, clientID: user.clientID).begin(userID: user.id, token: refreshToken, at: now)
            return current.principal
        }
        return try await TokenPair(principal, refreshToken: refreshToken, tokens: tokens, now: now)
    }

    private func isAddress(_ text: String) -> Bool {
        do {
            _ = try EmailAddress(text)
            return true
        } catch {
            return false
        }
    }

    private func users(email: String, slug: String?, _ transaction: Transaction) throws -> [UserRecord] {
        try UserRepository.candidates(email: email, slug: slug, in: transaction).compactMap { candidate in
            try ClientRepository(transaction: transaction).enter(candidate.clientID)
            return try UserRepository(transaction: transaction, clientID: candidate.clientID).find(candidate.id)
        }
    }
}

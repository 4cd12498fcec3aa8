import Bus
import Contracts
import Foundation
import Storage

/// An unknown e-mail, a wrong password, a disabled user and an invitation not yet accepted are answered alike and cost alike.
///
/// Who tries is counted before anything is hashed: by address, by address and account, and by account. What others try from elsewhere
/// makes an account's door narrower (``AttemptLimit/suspected(_:)``) and never shuts it; a browser that has signed in as this user before
/// is counted by itself and goes first.
struct SignInHandler: RequestHandler {
    let database: Database
    let hasher: PasswordHasher
    let tokens: TokenIssuer
    /// Of one address.
    let addressAttempts: AttemptLimit
    let now: @Sendable () -> Date

    func answer(_ request: SignIn, context: RequestContext) async throws -> TokenPair {
        let now = now()
        let typed = request.email.trimmingCharacters(in: .whitespaces).lowercased()
        let isPlausible = isAddress(typed) && (request.client.map(FieldRules.isSlug) ?? true)
        let device = request.knownBrowser.flatMap { DeviceToken(text: $0, keys: tokens.keys) }
        let (candidates, attempt) = try await database.transaction(.none) { transaction in
            let candidates = isPlausible ? try users(email: typed, slug: request.client, transaction) : []
            let known = device.flatMap { device in
                candidates.contains { $0.clientID == device.clientID && $0.id == device.userID } ? device : nil
            }
            return (candidates, try SignInAttempt.begin(known, request.address, typed, addressAttempts, at: now, transaction))
        }
        let turn = PasswordHasher.Turn(attempt.lane, source: attempt.source, deadline: context.deadline)
        var matching: [UserRecord] = []
        for user in candidates where try await hasher.matches(request.password, user.passwordHash, turn) { matching.append(user) }
        if candidates.isEmpty { _ = try await hasher.matches(request.password, nil, turn) }
        guard let user = matching.first else { throw AccountsError.signInFailed }
        // Only who knows a password learns that several companies know the e-mail.
        guard candidates.count == 1 else { throw AccountsError.clientRequired }

        var newHash: String?
        if let hash = user.passwordHash, hasher.isOutdated(hash) { newHash = try await hasher.hash(request.password, turn) }
        let refreshToken = SecretToken.random()
        let (current, signIn) = try await database.transaction(.tenant(user.clientID)) { [newHash] transaction in
            let users = UserRepository(transaction: transaction, clientID: user.clientID)
            // Disabled, or given another password, while we computed.
            guard let current = try users.lock(user.id), current.isActive, let hash = current.passwordHash, hash == user.passwordHash else {
                throw AccountsError.signInFailed
            }
            if let newHash { _ = try users.replacePasswordHash(of: user.id, hash, by: newHash, at: now) }
            try attempt.succeeded(transaction)
            let signIn = try SignInRepository(transaction: transaction, clientID: user.clientID).begin(
                userID: user.id, token: refreshToken, from: SignInOrigin(address: request.address, device: request.userAgent), at: now)
            return (current, signIn)
        }
        let isKnown = device?.clientID == current.clientID && device?.userID == current.id
        let kept = DeviceToken(
            clientID: current.clientID, userID: current.id, id: isKnown ? device?.id ?? .version7(at: now) : .version7(at: now))
        return try await TokenPair(
            current, signIn: signIn, refreshToken: refreshToken, knownBrowser: kept.text(keys: tokens.keys), tokens: tokens, now: now)
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

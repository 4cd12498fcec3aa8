import Bus
import Contracts
import Crypto
import Foundation
import Storage

/// The rule is ``RefreshRotation``'s. The role and the name in the new access token are today's.
struct RefreshTokensHandler: RequestHandler {
    private enum Outcome: Sendable {
        case continued(UserRecord, signIn: UUID, SecretToken)
        case invalid
        case reused(TenantID, UserID, signIn: UUID)
    }

    let database: Database
    let access: AccessRegistry
    let tokens: TokenIssuer
    let now: @Sendable () -> Date

    func answer(_ request: RefreshTokens, context: RequestContext) async throws -> TokenPair {
        let now = now()
        let token = SecretToken(text: request.refreshToken)
        let outcome = try await database.transaction(.none) { transaction in try refresh(token, at: now, transaction) }
        switch outcome {
        case .continued(let user, let signIn, let successor):
            return try await TokenPair(user, signIn: signIn, refreshToken: successor, tokens: tokens, now: now)
        case .invalid: throw AccountsError.refreshTokenInvalid
        case .reused(let clientID, let userID, let signIn):
            try await access.end(signIn: signIn, of: userID, of: clientID, traceparent: context.traceparent)
            throw AccountsError.refreshTokenReused
        }
    }

    private func refresh(_ token: SecretToken, at now: Date, _ transaction: Transaction) throws -> Outcome {
        let clients = ClientRepository(transaction: transaction)
        guard let clientID = try clients.client(ofRefreshToken: token) else { return .invalid }
        try clients.enter(clientID)
        let signIns = SignInRepository(transaction: transaction, clientID: clientID)
        guard let found = try signIns.lock(token),
            let user = try UserRepository(transaction: transaction, clientID: clientID).find(found.userID)
        else { return .invalid }
        switch RefreshRotation.verdict(on: found.state, at: now) {
        case .invalid: return .invalid
        case .reused:
            return .reused(clientID, user.id, signIn: found.signInID)
        case .repeatSuccessor:
            guard let salt = found.successorSalt else { return .invalid }
            return .continued(user, signIn: found.signInID, RefreshRotation.successor(of: token, salt: salt))
        case .rotate:
            let salt = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
            let successor = RefreshRotation.successor(of: token, salt: salt)
            try signIns.rotate(token, to: successor, salt: salt, signInID: found.signInID, at: now)
            return .continued(user, signIn: found.signInID, successor)
        }
    }
}

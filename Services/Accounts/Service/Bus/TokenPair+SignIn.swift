import Contracts
import Foundation
import Tokens

extension TokenPair {
    init(
        _ user: UserRecord, signIn: UUID, refreshToken: SecretToken, knownBrowser: String? = nil, tokens: TokenIssuer, now: Date
    ) async throws {
        self.init(
            accessToken: try await tokens.token(
                for: user.principal, session: EntityID(signIn), version: user.tokenVersion, now: now),
            tokenType: "Bearer", expiresIn: OwnClaims.Kind.access.seconds, refreshToken: refreshToken.text, knownBrowser: knownBrowser)
    }
}

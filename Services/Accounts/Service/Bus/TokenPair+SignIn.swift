import Contracts
import Foundation

extension TokenPair {
    init(
        _ user: UserRecord, signIn: UUID, refreshToken: SecretToken, knownBrowser: String? = nil, tokens: TokenIssuer, now: Date
    ) async throws {
        self.init(
            accessToken: try await tokens.accessToken(for: user.principal, session: signIn, version: user.tokenVersion, now: now),
            tokenType: "Bearer", expiresIn: AccessClaims.seconds, refreshToken: refreshToken.text, knownBrowser: knownBrowser)
    }
}

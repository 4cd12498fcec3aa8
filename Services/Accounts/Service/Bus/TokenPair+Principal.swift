import Contracts
import Foundation

extension TokenPair {
    init(_ principal: Principal, refreshToken: SecretToken, tokens: TokenIssuer, now: Date) async throws {
        self.init(
            accessToken: try await tokens.accessToken(for: principal, now: now), tokenType: "Bearer", expiresIn: AccessClaims.seconds,
            refreshToken: refreshToken.text)
    }
}

import Contracts
import Foundation
import Tokens

/// Signs what this installation says of users and visitors, and reads it back.
package struct TokenIssuer: Sendable {
    package let keys: SigningKeys
    private let installation: Installation

    package init(installation: Installation, keys: SigningKeys) {
        self.installation = installation
        self.keys = keys
    }

    /// The installation's id: `iss`.
    package var issuer: String {
        get async throws { try await installation.id() }
    }

    /// Of the kind that the principal's role gets.
    package func token(for principal: Principal, session: EntityID, version: Int64, now: Date) async throws -> String {
        try await keys.sign(OwnClaims(issuer: issuer, principal: principal, session: session, version: version, now: now))
    }

    /// Who shows a visitor's token, as it says.
    /// - Throws: ``TokenRefusal``; another company's visitor is none of ours.
    package func visitor(from token: String, of clientID: TenantID, now: Date) async throws -> TokenBearer {
        let bearer = try TokenBearer(token: token, keys: keys.verification, issuer: try await issuer, now: now)
        guard bearer.principal.role == .customer, bearer.principal.clientID == clientID else { throw TokenRefusal.audienceWrong }
        return bearer
    }
}

import Contracts
import Foundation

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

    package func accessToken(for principal: Principal, session: UUID, version: Int64, now: Date) async throws -> String {
        try await keys.sign(AccessClaims(issuer: issuer, principal: principal, session: session, version: version, now: now))
    }

    package func visitorToken(
        clientID: TenantID, customerID: CustomerID, name: String, browser: EntityID, version: Int64, now: Date
    ) async throws -> String {
        try await keys.sign(
            VisitorClaims(
                issuer: issuer, clientID: clientID, customerID: customerID, name: name, browser: browser, version: version, now: now))
    }

    /// A visitor as its token says.
    package struct Visitor: Sendable, Equatable {
        package let customerID: CustomerID
        package let name: String
        package let issuedAt: Date
        package let expiresAt: Date
        /// nil and 0 in tokens that an older accounts signed.
        package let browser: EntityID?
        package let version: Int64
    }

    /// - Throws: ``TokenRefusal``; another company's visitor is none of ours.
    package func visitor(from token: String, of clientID: TenantID, now: Date) async throws -> Visitor {
        let policy = TokenPolicy(algorithms: ["EdDSA"], issuer: try await issuer, audience: VisitorClaims.audience)
        let claims = try TokenVerifier.claims(of: token, keys: keys.verification, policy: policy, now: now)
        guard claims["client_id"]?.string == clientID.description, claims["role"]?.string == Role.customer.rawValue else {
            throw TokenRefusal.audienceWrong
        }
        guard let customerID = claims["sub"]?.string.flatMap(CustomerID.init), let name = claims["name"]?.string,
            let issued = claims["iat"]?.integer, let expires = claims["exp"]?.integer
        else { throw TokenRefusal.malformed }
        return Visitor(
            customerID: customerID, name: name, issuedAt: Date(timeIntervalSince1970: Double(issued)),
            expiresAt: Date(timeIntervalSince1970: Double(expires)), browser: claims["sid"]?.string.flatMap(EntityID.init),
            version: claims["ver"]?.integer ?? 0)
    }
}

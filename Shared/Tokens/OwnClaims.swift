import Contracts
import Foundation
import JWTKit

/// What our own tokens say of who shows them: accounts signs it, the gateway reads it.
package struct OwnClaims: JWTPayload, Equatable {
    /// Who a token is for, and how long it is valid. Source: contracts §1.
    package enum Kind: String, Sendable, CaseIterable {
        /// A signed-in user. So long gateways remember what has ended.
        case access = "switchboard"
        /// A website's visitor.
        case visitor = "widget"

        package var seconds: Int {
            switch self {
            case .access: 600
            case .visitor: 30 * 86_400
            }
        }

        package init(_ role: Role) { self = role == .customer ? .visitor : .access }
    }

    package let iss: String
    package let aud: String
    package let sub: String
    package let clientID: String
    package let role: String
    package let name: String
    package let iat: Int
    package let exp: Int
    package let jti: String
    /// The sign-in, or the visitor's browser: the same in all tokens that one was renewed by.
    package let sid: String
    /// What ends when the user's or the visitor's rises.
    package let ver: Int64

    /// Of the kind that the principal's role gets.
    package init(issuer: String, principal: Principal, session: EntityID, version: Int64, now: Date) {
        let kind = Kind(principal.role)
        iss = issuer
        aud = kind.rawValue
        sub = principal.subject.description
        clientID = principal.clientID.description
        role = principal.role.rawValue
        name = principal.name
        iat = Int(saturating: now.timeIntervalSince1970)
        exp = iat + kind.seconds
        jti = UUID.version7(at: now).lowercased
        sid = session.description
        ver = version
    }

    private enum CodingKeys: String, CodingKey {
        case iss, aud, sub, role, name, iat, exp, jti, sid, ver
        case clientID = "client_id"
    }

    /// The claims are checked by ``TokenVerifier``, by a clock that tests can set.
    package func verify(using algorithm: some JWTAlgorithm) {}
}

/// Who shows one of our tokens, as it says.
package struct TokenBearer: Sendable, Equatable {
    package let principal: Principal
    package let issuedAt: Date
    package let expiresAt: Date
    /// See ``OwnClaims/sid``. nil and 0 in tokens that an older accounts signed.
    package let sessionID: EntityID?
    package let version: Int64

    /// - Parameter issuer: nil: whoever has the keys.
    /// - Throws: ``TokenRefusal``: not ours, or meant for something else than its role.
    package init(
        token: String, keys: VerificationKeys, issuer: String?, leeway: TimeInterval = 0, now: Date
    ) throws(TokenRefusal) {
        let claims = try TokenVerifier.claims(
            of: token, keys: keys, policy: TokenPolicy(algorithms: Self.algorithms, issuer: issuer, leeway: leeway), now: now)
        guard let role = claims["role"]?.string.map(Role.init(rawValue:)),
            let clientID = claims["client_id"]?.string.flatMap(TenantID.init),
            let subject = claims["sub"]?.string.flatMap(Identifier<User>.init),
            let issued = claims["iat"].flatMap(TokenVerifier.seconds(of:)), let expires = claims["exp"].flatMap(TokenVerifier.seconds(of:))
        else { throw .malformed }
        guard role == .customer || Role.staff.contains(role), TokenVerifier.isMeant(claims, for: OwnClaims.Kind(role).rawValue) else {
            throw .audienceWrong
        }
        principal = Principal(clientID: clientID, subject: subject, role: role, name: claims["name"]?.string ?? "")
        issuedAt = Date(timeIntervalSince1970: issued)
        expiresAt = Date(timeIntervalSince1970: expires)
        sessionID = claims["sid"]?.string.flatMap(EntityID.init)
        version = claims["ver"]?.integer ?? 0
    }

    /// What we sign with. Source: RFC 8037.
    package static let algorithms: Set<String> = ["EdDSA"]
}

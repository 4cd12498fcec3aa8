import Contracts
import Foundation
import JWTKit

/// Who a signed-in user is, for ten minutes.
package struct AccessClaims: JWTPayload, Equatable {
    /// What `aud` says: for the installation's own interfaces.
    package static let audience = "switchboard"
    /// How long one is valid: so long gateways remember what has ended (contracts §1).
    package static let seconds = 600

    package let iss: String
    package let aud: String
    package let sub: String
    package let clientID: String
    package let role: String
    package let name: String
    package let iat: Int
    package let exp: Int
    package let jti: String
    /// The sign-in.
    package let sid: String
    /// The user's ``UserRecord/tokenVersion``.
    package let ver: Int64

    package init(issuer: String, principal: Principal, session: UUID, version: Int64, now: Date) {
        iss = issuer
        aud = Self.audience
        sub = principal.subject.description
        clientID = principal.clientID.description
        role = principal.role.rawValue
        name = principal.name
        iat = Int(saturating: now.timeIntervalSince1970)
        exp = iat + Self.seconds
        jti = UUID.version7(at: now).lowercased
        sid = session.lowercased
        ver = version
    }

    private enum CodingKeys: String, CodingKey {
        case iss, aud, sub, role, name, iat, exp, jti, sid, ver
        case clientID = "client_id"
    }

    /// The claims are checked by ``TokenVerifier``, by a clock that tests can set.
    package func verify(using algorithm: some JWTAlgorithm) {}
}

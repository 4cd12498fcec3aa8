import Contracts
import Foundation
import JWTKit

/// Who a signed-in user is, for ten minutes.
package struct AccessClaims: JWTPayload, Equatable {
    /// What `aud` says: for the installation's own interfaces.
    package static let audience = "switchboard"
    /// How long one is valid. As long a disabled user's last token works.
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

    package init(issuer: String, principal: Principal, now: Date) {
        iss = issuer
        aud = Self.audience
        sub = principal.subject.description
        clientID = principal.clientID.description
        role = principal.role.rawValue
        name = principal.name
        iat = Int(now.timeIntervalSince1970)
        exp = iat + Self.seconds
        jti = UUID.version7(at: now).lowercased
    }

    private enum CodingKeys: String, CodingKey {
        case iss, aud, sub, role, name, iat, exp, jti
        case clientID = "client_id"
    }

    /// The claims are checked by ``TokenVerifier``, by a clock that tests can set.
    package func verify(using algorithm: some JWTAlgorithm) {}
}

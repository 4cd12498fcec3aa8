import Contracts
import Foundation
import JWTKit

/// Who a website's visitor is, for thirty days.
package struct VisitorClaims: JWTPayload, Equatable {
    package static let audience = "widget"
    package static let seconds = 30 * 86_400
    /// An older one is replaced when it is shown, so that whoever comes back each month stays known.
    package static let renewedAfterSeconds: TimeInterval = 86_400

    package let iss: String
    package let aud: String
    package let sub: String
    package let clientID: String
    package let role: String
    package let name: String
    package let iat: Int
    package let exp: Int
    package let jti: String
    /// The browser: the same in all tokens that one was renewed by.
    package let sid: String
    /// What the customer's tokens must say at least.
    package let ver: Int64

    package init(
        issuer: String, clientID: TenantID, customerID: CustomerID, name: String, browser: EntityID, version: Int64, now: Date
    ) {
        iss = issuer
        aud = Self.audience
        sub = customerID.description
        self.clientID = clientID.description
        role = Role.customer.rawValue
        self.name = name
        iat = Int(saturating: now.timeIntervalSince1970)
        exp = iat + Self.seconds
        jti = UUID.version7(at: now).lowercased
        sid = browser.description
        ver = version
    }

    private enum CodingKeys: String, CodingKey {
        case iss, aud, sub, role, name, iat, exp, jti, sid, ver
        case clientID = "client_id"
    }

    /// The claims are checked by ``TokenVerifier``, by a clock that tests can set.
    package func verify(using algorithm: some JWTAlgorithm) {}
}

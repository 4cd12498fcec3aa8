import Contracts
import JWTKit

/// What a token says. Its signature and its times are checked by ``TokenVerifier``.
struct AccessClaims: JWTPayload {
    let iss: String
    let aud: AudienceClaim
    let sub: String
    let clientID: String
    let role: String
    let name: String?
    let exp: Double
    let iat: Double
    let nbf: Double?
    let sid: String?
    let ver: Int64?

    private enum CodingKeys: String, CodingKey {
        case iss, aud, sub, role, name, exp, iat, nbf, sid, ver
        case clientID = "client_id"
    }

    /// Times depend on a clock that is not known here.
    func verify(using algorithm: some JWTAlgorithm) throws {}
}

import Contracts
import Crypto
import Foundation
import JWTKit

/// Signs tokens as accounts does.
final class TestTokens: Sendable {
    struct Claims: JWTPayload {
        var iss = "installation"
        var aud: String
        var sub: String
        var client_id: String
        var role: String
        var name = "Ana"
        var iat: Int
        var exp: Int
        /// Left out, as an older accounts does.
        var sid: String?
        var ver: Int64?
        func verify(using algorithm: some JWTAlgorithm) throws {}
    }

    static let tenant = TenantID(UUID(uuidString: "00000000-0000-7000-8000-0000000000a1")!)
    let keys: [JSONValue]
    private let collection = JWTKeyCollection()
    private let kid: String

    init(kid: String = "k1") async throws {
        self.kid = kid
        let key = Curve25519.Signing.PrivateKey()
        func text(_ data: Data) -> String {
            data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }
        let x = text(key.publicKey.rawRepresentation)
        keys = [["kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": .string(kid), "x": .string(x)]]
        await collection.add(eddsa: try EdDSA.PrivateKey(d: text(key.rawRepresentation), curve: .ed25519), kid: JWKIdentifier(string: kid))
    }

    static func subject(_ role: Role) -> Identifier<User> {
        var bytes = Self.tenant.uuid.bytes
        bytes[0] = UInt8(role.rawValue.utf8.reduce(0) { ($0 + Int($1)) % 200 }) + 1
        return Identifier(UUID(bytes: bytes))
    }

    static func claims(_ role: Role, tenant: TenantID = tenant, subject: Identifier<User>? = nil, at now: Date = Date()) -> Claims {
        Claims(
            aud: role == .customer ? "widget" : "switchboard", sub: (subject ?? self.subject(role)).description,
            client_id: tenant.description, role: role.rawValue, iat: Int(now.timeIntervalSince1970),
            exp: Int(now.timeIntervalSince1970) + 600)
    }

    func sign(_ claims: Claims) async throws -> String {
        try await collection.sign(claims, kid: JWKIdentifier(string: kid))
    }

    func token(_ role: Role) async throws -> String { try await sign(Self.claims(role)) }
}

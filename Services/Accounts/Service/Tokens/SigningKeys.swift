import Contracts
import Crypto
import CryptoExtras
import Foundation
import JWTKit
import Tokens

/// The installation's Ed25519 keys. The first signs; all verify, so that tokens outlive a rotation: put the new key first, remove the
/// old one when its last token has ended (30 days for visitors).
package struct SigningKeys: Sendable, CustomStringConvertible, CustomReflectable {
    package enum Trouble: Error, Equatable {
        case cannotRead(path: String)
        /// Not PEM, or not PKCS#8 of an Ed25519 key; the number of the block, from 1.
        case notAKey(number: Int)
        case noKey
        case tooManyKeys(limit: Int)
    }

    private struct Key: Sendable {
        let id: String
        let secret: Curve25519.Signing.PrivateKey
    }

    /// Keys of one file. Far more than any rotation needs.
    private static let keysMax = 10

    private let keys: [Key]
    private let signer: JWTKeyCollection
    package let verification: VerificationKeys

    /// - Parameter pem: one or several PKCS#8 PEM blocks (`openssl genpkey -algorithm ed25519`).
    package init(pem: String) async throws {
        let marker = "-----END PRIVATE KEY-----"
        let blocks = pem.components(separatedBy: marker).dropLast().map { $0 + marker }
        guard !blocks.isEmpty else { throw Trouble.noKey }
        guard blocks.count <= Self.keysMax else { throw Trouble.tooManyKeys(limit: Self.keysMax) }
        try await self.init(
            secrets: blocks.enumerated().map { index, block in
                let start = block.range(of: "-----BEGIN PRIVATE KEY-----")?.lowerBound ?? block.startIndex
                do {
                    return try Curve25519.Signing.PrivateKey(pemRepresentation: String(block[start...]))
                } catch {  // its description might quote the text
                    throw Trouble.notAKey(number: index + 1)
                }
            })
    }

    package init(file path: String) async throws {
        guard let bytes = FileManager.default.contents(atPath: path) else { throw Trouble.cannotRead(path: path) }
        try await self.init(pem: String(decoding: bytes, as: UTF8.self))
    }

    package init(secrets: [Curve25519.Signing.PrivateKey]) async throws {
        keys = secrets.map { Key(id: Self.thumbprint($0.publicKey), secret: $0) }
        signer = JWTKeyCollection()
        for key in keys {
            await signer.add(eddsa: EdDSA.PrivateKey(backing: key.secret), kid: JWKIdentifier(string: key.id))
        }
        var algorithms: [String: any JWTAlgorithm] = [:]
        for key in keys { algorithms[key.id] = try await signer.getKey(for: JWKIdentifier(string: key.id)) }
        verification = VerificationKeys(byID: algorithms)
    }

    package func sign(_ claims: some JWTPayload) async throws -> String {
        try await signer.sign(claims, kid: JWKIdentifier(string: keys[0].id))
    }

    /// As JSON web keys. Source: RFC 8037, section 2.
    package var published: [JSONValue] {
        keys.map { key in
            [
                "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": .string(key.id),
                "x": .string(Base64URL.encode(key.secret.publicKey.rawRepresentation)),
            ]
        }
    }

    /// A secret that the same order gives again, so that a repeat whose answer was lost is answered alike although we keep only a
    /// hash: HMAC-SHA256 of purpose and ids under a key derived from the signing key.
    /// - Returns: one per key: the first is the one to give out, the others are what an earlier first key gave.
    package func derivedSecrets(purpose: String, clientID: TenantID, id: UUID, prefix: String = "") -> [SecretToken] {
        keys.map { key in
            let own = HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: key.secret.rawRepresentation), info: Data("switchboard one-time secrets".utf8),
                outputByteCount: SecretToken.length)
            let message = Data("\(purpose)\0".utf8 + clientID.uuid.bytes + id.bytes)
            return SecretToken(text: prefix + Base64URL.encode(Array(HMAC<SHA256>.authenticationCode(for: message, using: own))))
        }
    }

    package var description: String { "SigningKeys(\(keys.map(\.id)))" }
    package var customMirror: Mirror { Mirror(self, children: ["ids": keys.map(\.id)]) }

    /// Source: RFC 7638, section 3, with the members that RFC 8037, section 2 requires.
    private static func thumbprint(_ key: Curve25519.Signing.PublicKey) -> String {
        let text = #"{"crv":"Ed25519","kty":"OKP","x":"\#(Base64URL.encode(key.rawRepresentation))"}"#
        return Base64URL.encode(Array(SHA256.hash(data: Data(text.utf8))))
    }
}

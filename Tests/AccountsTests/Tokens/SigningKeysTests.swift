import AccountsService
import Contracts
import Crypto
import CryptoExtras
import Foundation
import JWTKit
import Testing
import Tokens

@Suite struct `The signing keys` {
    /// RFC 8410, section 10.3: PKCS#8 as OpenSSL writes it.
    private let published = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
        -----END PRIVATE KEY-----
        """
    private let publishedPublic = "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"

    @Test func `are read from PEM, several in one file`() async throws {
        let second = Curve25519.Signing.PrivateKey().pemRepresentation
        let keys = try await SigningKeys(pem: "A comment.\n" + published + "\n\n" + second + "\n")
        #expect(keys.published.count == 2)
        let x = try #require(keys.published[0]["x"]?.string.flatMap(Base64URL.decode))
        #expect(x.map { String(Int($0) + 256, radix: 16).dropFirst() }.joined() == publishedPublic)
        #expect(keys.published[0]["kty"] == "OKP" && keys.published[0]["crv"] == "Ed25519" && keys.published[0]["d"] == nil)
    }

    /// RFC 8037, appendix A: the key and its thumbprint.
    @Test func `are named by their thumbprint`() async throws {
        let secret = try #require(Base64URL.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
        let keys = try await SigningKeys(secrets: [Curve25519.Signing.PrivateKey(rawRepresentation: secret)])
        #expect(keys.published[0]["x"] == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
        #expect(keys.published[0]["kid"] == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
    }

    @Test func `that cannot be used are refused without being quoted`() async throws {
        await #expect(throws: SigningKeys.Trouble.noKey) { try await SigningKeys(pem: "") }
        await #expect(throws: SigningKeys.Trouble.notAKey(number: 2)) {
            try await SigningKeys(pem: published + "\n" + published.replacing("MC4C", with: "MC5C"))
        }
        await #expect(throws: SigningKeys.Trouble.notAKey(number: 1)) {
            try await SigningKeys(pem: P256.Signing.PrivateKey().pemRepresentation)
        }
        await #expect(throws: SigningKeys.Trouble.tooManyKeys(limit: 10)) {
            try await SigningKeys(pem: String(repeating: published + "\n", count: 11))
        }
        await #expect(throws: SigningKeys.Trouble.cannotRead(path: "/nowhere/key.pem")) {
            try await SigningKeys(file: "/nowhere/key.pem")
        }
    }

    @Test func `and other secrets are never printed`() async throws {
        let keys = try await SigningKeys(pem: published)
        let secret = SecretToken.random()
        let hash = try PasswordHash(Array("a password".utf8), parameters: AccountsUnderTest.cheap)
        for (value, hidden) in [
            (keys as Any, "1O5y2"), (secret as Any, secret.text),
            (hash as Any, hash.text.split(separator: "$").last.map(String.init) ?? ""),
        ] {
            #expect(!hidden.isEmpty)
            for text in ["\(value)", String(reflecting: value), String(describing: Mirror(reflecting: value).children.map { $0 })] {
                #expect(!text.contains(hidden))
            }
        }
    }

    @Test func `sign what others verify, and only under their own name`() async throws {
        let keys = try await SigningKeys(secrets: [.init(), .init()])
        let token = try await keys.sign(
            OwnClaims(
                issuer: "here", principal: Principal(clientID: .new(), subject: .new(), role: .agent, name: "Ana"), session: .new(),
                version: 0,
                now: Date()))
        let others = try await JWTKeyCollection().add(
            jwksJSON: String(decoding: JSON.encode(SigningKeySet(keys: keys.published)), as: UTF8.self))
        #expect(try await others.verify(token, as: OwnClaims.self).name == "Ana")
        let strangers = try await SigningKeys(secrets: [.init(), .init()])
        #expect(throws: TokenRefusal.keyUnknown) {
            try TokenVerifier.payload(of: token, keys: strangers.verification, algorithms: ["EdDSA"])
        }
        // Our key's name over another one's signature.
        let parts = token.split(separator: ".").map(String.init)
        let other = try await strangers.sign(
            OwnClaims(
                issuer: "here", principal: Principal(clientID: .new(), subject: .new(), role: .administrator, name: "Eve"), session: .new(),
                version: 0, now: Date()))
        let forged = ([parts[0]] + other.split(separator: ".").dropFirst().map(String.init)).joined(separator: ".")
        #expect(throws: TokenRefusal.signatureWrong) {
            try TokenVerifier.payload(of: forged, keys: keys.verification, algorithms: ["EdDSA"])
        }
        #expect(throws: TokenRefusal.signatureWrong) {
            try TokenVerifier.payload(
                of: "\(parts[0]).\(other.split(separator: ".")[1]).\(parts[2])", keys: keys.verification, algorithms: ["EdDSA"])
        }
    }
}

import AccountsService
import Contracts
import Foundation
import JWTKit
import Testing
import Tokens

@Suite struct `A signed token` {
    @Test(arguments: try Vector.all("jwt"))
    func `is believed exactly when others believe it`(_ vector: Vector) async throws {
        try #require(vector.op == "verify")
        let token = try #require(vector.inputs["token"]?.string)
        guard case .array(let names) = vector.inputs["allowed_algs"] else { throw CocoaError(.coderValueNotFound) }
        let algorithms = Set(names.compactMap(\.string))
        let isValid = vector.expected["valid"] == true
        let keys = try await keys(vector.inputs)
        let policy = vector.inputs["policy"]
        do {
            if policy?["check_claims"] == false {
                let payload = try TokenVerifier.payload(of: token, keys: keys, algorithms: algorithms)
                #expect(isValid)
                try compare(payload, vector.expected)
            } else {
                let rules = TokenPolicy(
                    algorithms: algorithms, issuer: policy?["issuer"]?.string, audience: policy?["audience"]?.string,
                    leeway: TimeInterval(policy?["leeway_seconds"]?.integer ?? 0))
                let now = Date(timeIntervalSince1970: TimeInterval(policy?["now"]?.integer ?? 0))
                let claims = try TokenVerifier.claims(of: token, keys: keys, policy: rules, now: now)
                #expect(isValid && claims["sub"] == "cust_77")
            }
        } catch let error as TokenRefusal {
            #expect(!isValid, "refused as \(error)")
            let expected: TokenRefusal? =
                switch vector.expected["reason_hint"]?.string {
                case "expired": .expired
                case "alg_not_allowed": .algorithmNotAllowed
                case "unknown_kid": .keyUnknown
                case "malformed": .malformed
                case "bad_signature_or_format": .signatureWrong
                default: nil
                }
            #expect(error == expected)
        }
    }

    @Test func `has vectors of each kind`() throws {
        let vectors = try Vector.all("jwt")
        #expect(vectors.count { $0.expected["valid"] == true } >= 5)
        #expect(vectors.count { $0.expected["valid"] == false } >= 5)
    }

    private func keys(_ inputs: JSONValue) async throws -> VerificationKeys {
        if let secret = inputs["hs256_secret_utf8"]?.string { return try await VerificationKeys(secret: Array(secret.utf8)) }
        if let secret = inputs["hs256_key_b64url"]?.string.flatMap(Base64URL.decode) { return try await VerificationKeys(secret: secret) }
        let set = try #require(inputs["jwks"])
        if case .array(let keys) = set["keys"], keys.count == 1, keys[0]["kid"] == nil {
            // JWTKit takes sets with named keys only.
            let key = try EdDSA.PublicKey(x: try #require(keys[0]["x"]?.string), curve: .ed25519)
            return VerificationKeys(byID: ["only": try await JWTKeyCollection().add(eddsa: key).getKey()])
        }
        return try await VerificationKeys(jwks: String(decoding: try JSON.encode(set), as: UTF8.self))
    }

    private func compare(_ payload: [UInt8], _ expected: JSONValue) throws {
        if let text = expected["payload_utf8"]?.string { #expect(payload == Array(text.utf8)) }
        if let claims = expected["claims"] { #expect(try JSON.decode(JSONValue.self, from: payload) == claims) }
    }
}

import Contracts
import JWTKit

/// Keys that a token may be signed with.
package struct VerificationKeys: Sendable {
    private let byID: [String: any JWTAlgorithm]

    package init(byID: [String: any JWTAlgorithm]) {
        self.byID = byID
    }

    /// A secret of a website, for HS256.
    /// - Parameter secret: 32 bytes at least (RFC 7518, section 3.2): JWTKit traps on fewer. Those we make have 43.
    package init(secret: [UInt8]) async throws {
        let keys = await JWTKeyCollection().add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        byID = ["": try await keys.getKey()]
    }

    /// What accounts publishes; keys of other kinds or without a name are none of ours and passed over. Source: RFC 8037, section 2.
    package init(published keys: [JSONValue]) async throws {
        var byID: [String: any JWTAlgorithm] = [:]
        for key in keys {
            guard let name = key["kid"]?.string, !name.isEmpty, key["kty"]?.string == "OKP", key["crv"]?.string == "Ed25519",
                let x = key["x"]?.string
            else { continue }
            byID[name] = try await JWTKeyCollection().add(eddsa: EdDSA.PublicKey(x: x, curve: .ed25519)).getKey()
        }
        self.init(byID: byID)
    }

    package func include(_ name: String) -> Bool { byID[name] != nil }

    /// A token that names no key can only be meant for the only one. JWTKit would try its default key for an unknown name, too.
    func key(named id: String?) -> (any JWTAlgorithm)? {
        guard let id else { return byID.count == 1 ? byID.first?.value : nil }
        return byID[id] ?? (byID.count == 1 ? byID[""] : nil)
    }
}

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

    /// A token that names no key can only be meant for the only one. JWTKit would try its default key for an unknown name, too.
    func key(named id: String?) -> (any JWTAlgorithm)? {
        guard let id else { return byID.count == 1 ? byID.first?.value : nil }
        return byID[id] ?? (byID.count == 1 ? byID[""] : nil)
    }
}

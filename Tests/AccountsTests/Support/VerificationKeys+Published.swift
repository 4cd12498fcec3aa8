import AccountsService
import Contracts
import JWTKit
import Tokens

extension VerificationKeys {
    /// As somebody else reads what we publish: by JWTKit, from JSON.
    init(published: SigningKeySet) async throws {
        try await self.init(jwks: String(decoding: try JSON.encode(published), as: UTF8.self))
    }

    init(jwks: String) async throws {
        let keys = try await JWTKeyCollection().add(jwksJSON: jwks)
        let set = try JSON.decode(SigningKeySet.self, from: Array(jwks.utf8))
        var byID: [String: any JWTAlgorithm] = [:]
        for key in set.keys {
            let id = key["kid"]?.string ?? ""
            byID[id] = try await keys.getKey(for: JWKIdentifier(string: id), alg: key["alg"]?.string)
        }
        self.init(byID: byID)
    }
}

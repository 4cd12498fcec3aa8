import Bus
import Contracts

struct GetSigningKeysHandler: RequestHandler {
    let tokens: TokenIssuer

    func answer(_ request: GetSigningKeys, context: RequestContext) async throws -> SigningKeySet {
        SigningKeySet(keys: tokens.keys.published, issuer: try await tokens.issuer)
    }
}

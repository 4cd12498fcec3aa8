import Bus
import Contracts

struct RotateIdentitySecretHandler: RequestHandler {
    let sites: SiteRegistry

    func answer(_ request: RotateIdentitySecret, context: RequestContext) async throws -> IdentitySecret {
        let principal = request.principal
        let actor = Actor(request)
        return try await sites.rotateIdentitySecret(of: request.id, of: principal.clientID, by: actor, order: context.key.bytes)
    }
}

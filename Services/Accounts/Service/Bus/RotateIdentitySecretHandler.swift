import Bus
import Contracts

struct RotateIdentitySecretHandler: RequestHandler {
    let sites: SiteRegistry

    func answer(_ request: RotateIdentitySecret, context: RequestContext) async throws -> IdentitySecret {
        let principal = request.principal
        try context.requireTenant(of: principal)
        let actor = try Permission.requireAdministrator(principal)
        return try await sites.rotateIdentitySecret(of: request.id, of: principal.clientID, by: actor, order: context.key.bytes)
    }
}

import Bus
import Contracts

struct SaveSiteHandler: RequestHandler {
    let sites: SiteRegistry

    func answer(_ request: SaveSite, context: RequestContext) async throws -> Website {
        let principal = request.principal
        let actor = Actor(request)
        guard request.isNew else {
            return try await sites.change(
                request.id, of: principal.clientID, by: actor, name: request.name, allowedOrigins: request.allowedOrigins,
                theme: request.theme,
                greeting: request.greeting)
        }
        return try await sites.create(
            request.id, of: principal.clientID, by: actor, name: request.name ?? "", allowedOrigins: request.allowedOrigins ?? [],
            theme: request.theme ?? [:], greeting: request.greeting ?? "")
    }
}

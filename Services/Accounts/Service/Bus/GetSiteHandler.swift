import Bus
import Contracts
import Storage

struct GetSiteHandler: RequestHandler {
    let database: Database

    func answer(_ request: GetSite, context: RequestContext) async throws -> Website {
        let principal = request.principal
        let actor = Actor(request)
        return try await database.transaction(by: actor) { transaction in
            guard let site = try SiteRepository(transaction: transaction, clientID: principal.clientID).find(request.id) else {
                throw AccountsError.siteNotFound
            }
            return site.website
        }
    }
}

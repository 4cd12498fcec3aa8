import Bus
import Contracts
import Foundation
import Storage

struct ListSitesHandler: RequestHandler {
    let database: Database

    func answer(_ request: ListSites, context: RequestContext) async throws -> Page<Website> {
        let principal = request.principal
        let actor = Actor(request)
        let limit = try validLimit(request.limit, max: Page<Website>.limitMax)
        let after = try request.cursor.map { try ListPosition($0) }
        let sites = try await database.transaction(by: actor) { transaction in
            try SiteRepository(transaction: transaction, clientID: principal.clientID).list(after: after, limit: limit)
        }
        return Page(sites, item: \.website) { ListCursor.text(.time($0.createdAt), .id($0.id.uuid)) }
    }
}

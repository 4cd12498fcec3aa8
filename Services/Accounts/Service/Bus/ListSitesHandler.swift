import Bus
import Contracts
import Foundation
import Storage

struct ListSitesHandler: RequestHandler {
    let database: Database

    func answer(_ request: ListSites, context: RequestContext) async throws -> Page<Website> {
        let principal = request.principal
        try context.requireTenant(of: principal)
        try Permission.requireAdministrator(principal)
        let limit = try PageCursor.limit(request.limit, max: Page<Website>.limitMax)
        let after: (createdAt: Date, id: UUID)? = if let cursor = request.cursor { try PageCursor.time(cursor) } else { nil }
        let sites = try await database.transaction(.tenant(principal.clientID)) { transaction in
            try SiteRepository(transaction: transaction, clientID: principal.clientID).list(after: after, limit: limit + 1)
        }
        return Page(sites, limit: limit, item: \.website) { [Timestamp.text($0.createdAt), $0.id.description] }
    }
}

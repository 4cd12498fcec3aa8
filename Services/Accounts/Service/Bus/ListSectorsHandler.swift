import Bus
import Contracts
import Storage

struct ListSectorsHandler: RequestHandler {
    let database: Database

    func answer(_ request: ListSectors, context: RequestContext) async throws -> Page<SectorName> {
        let principal = request.principal
        let actor = Actor(request)
        let rules = try await database.transaction(by: actor) { transaction in
            try BusinessRulesRepository(transaction: transaction, clientID: principal.clientID).find()
        }
        return Page(items: rules.sectors, nextCursor: nil)
    }
}

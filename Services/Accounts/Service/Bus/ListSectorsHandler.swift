import Bus
import Contracts
import Storage

struct ListSectorsHandler: RequestHandler {
    let database: Database

    func answer(_ request: ListSectors, context: RequestContext) async throws -> Page<SectorName> {
        let principal = request.principal
        try context.requireTenant(of: principal)
        let actor = try Permission.requireStaff(principal)
        let rules = try await database.transaction(by: actor) { transaction in
            try BusinessRulesRepository(transaction: transaction, clientID: principal.clientID).find()
        }
        return Page(items: rules.sectors, nextCursor: nil)
    }
}

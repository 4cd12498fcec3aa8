import Bus
import Contracts
import Storage

struct GetBusinessRulesHandler: RequestHandler {
    let database: Database

    func answer(_ request: GetBusinessRules, context: RequestContext) async throws -> BusinessRules {
        let principal = request.principal
        let actor = Actor(request)
        return try await database.transaction(by: actor) { transaction in
            try BusinessRulesRepository(transaction: transaction, clientID: principal.clientID).find()
        }
    }
}

import Bus
import Contracts
import Foundation
import Storage

struct ListAPIKeysHandler: RequestHandler {
    let database: Database

    func answer(_ request: ListAPIKeys, context: RequestContext) async throws -> Page<APIKeySummary> {
        let principal = request.principal
        let actor = Actor(request)
        let limit = try validLimit(request.limit, max: Page<APIKeySummary>.limitMax)
        let after = try request.cursor.map { try ListPosition($0) }
        let keys = try await database.transaction(by: actor) { transaction in
            try APIKeyRepository(transaction: transaction, clientID: principal.clientID).list(after: after, limit: limit)
        }
        return Page(keys, item: \.summary) { ListCursor.text(.time($0.createdAt), .id($0.id.uuid)) }
    }
}

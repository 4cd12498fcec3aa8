import Bus
import Contracts
import Foundation
import Storage

struct ListAPIKeysHandler: RequestHandler {
    let database: Database

    func answer(_ request: ListAPIKeys, context: RequestContext) async throws -> Page<APIKeySummary> {
        let principal = request.principal
        try context.requireTenant(of: principal)
        try Permission.requireAdministrator(principal)
        let limit = try PageCursor.limit(request.limit, max: Page<APIKeySummary>.limitMax)
        let after: (createdAt: Date, id: UUID)? = if let cursor = request.cursor { try PageCursor.time(cursor) } else { nil }
        let keys = try await database.transaction(.tenant(principal.clientID)) { transaction in
            try APIKeyRepository(transaction: transaction, clientID: principal.clientID).list(after: after, limit: limit + 1)
        }
        return Page(keys, limit: limit, item: \.summary) { [Timestamp.text($0.createdAt), $0.id.description] }
    }
}

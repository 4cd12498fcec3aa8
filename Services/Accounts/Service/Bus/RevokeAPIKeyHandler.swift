import Bus
import Contracts
import Foundation
import Storage

struct RevokeAPIKeyHandler: RequestHandler {
    let database: Database
    let now: @Sendable () -> Date

    func answer(_ request: RevokeAPIKey, context: RequestContext) async throws -> Done {
        let principal = request.principal
        try context.requireTenant(of: principal)
        try Permission.requireAdministrator(principal)
        let now = now()
        return try await database.transaction(.tenant(principal.clientID)) { transaction in
            let keys = APIKeyRepository(transaction: transaction, clientID: principal.clientID)
            guard try keys.find(request.id) != nil else { throw AccountsError.apiKeyNotFound(id: request.id) }
            try keys.revoke(request.id, at: now)
            return Done()
        }
    }
}

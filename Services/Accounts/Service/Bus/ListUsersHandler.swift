import Bus
import Contracts
import Storage

struct ListUsersHandler: RequestHandler {
    let database: Database

    func answer(_ request: ListUsers, context: RequestContext) async throws -> Page<UserAccount> {
        let principal = request.principal
        try context.requireTenant(of: principal)
        try Permission.requireAdministrator(principal)
        let limit = try PageCursor.limit(request.limit, max: Page<UserAccount>.limitMax)
        let after: String? = if let cursor = request.cursor { try PageCursor.decode(cursor, parts: 1)[0] } else { nil }
        let users = try await database.transaction(.tenant(principal.clientID)) { transaction in
            // One more than asked for tells whether there is a next page.
            try UserRepository(transaction: transaction, clientID: principal.clientID).list(after: after, limit: limit + 1)
        }
        return Page(users, limit: limit, item: \.account) { [$0.email] }
    }
}

import Bus
import Contracts
import Foundation
import Storage

struct ListUsersHandler: RequestHandler {
    let database: Database
    let now: @Sendable () -> Date

    func answer(_ request: ListUsers, context: RequestContext) async throws -> Page<UserAccount> {
        let principal = request.principal
        let actor = Actor(request)
        let limit = try validLimit(request.limit, max: Page<UserAccount>.limitMax)
        let after = try request.cursor.map { text throws(AccountsError) in
            var cursor = ListCursor(text)
            guard let email = cursor?.text(), cursor?.isAtEnd == true else { throw .cursorInvalid }
            return email
        }
        let now = now()
        let (users, access) = try await database.transaction(by: actor) { transaction in
            let repository = UserRepository(transaction: transaction, clientID: principal.clientID)
            let users = try repository.list(after: after, limit: limit)
            return (users, try repository.access(of: users.records.map(\.id), at: now))
        }
        return Page(users, item: { $0.account(access[$0.id]) }) { ListCursor.text(.text($0.email)) }
    }
}

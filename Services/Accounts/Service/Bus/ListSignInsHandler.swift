import Bus
import Contracts
import Foundation
import Storage

struct ListSignInsHandler: RequestHandler {
    let database: Database
    let now: @Sendable () -> Date

    func answer(_ request: ListSignIns, context: RequestContext) async throws -> Page<SignInSummary> {
        let principal = request.principal
        let actor = try Actor(request, about: request.userID)
        let now = now()
        return try await database.transaction(by: actor) { transaction in
            guard try UserRepository(transaction: transaction, clientID: principal.clientID).find(request.userID) != nil else {
                throw AccountsError.userNotFound(id: request.userID)
            }
            let signIns = SignInRepository(transaction: transaction, clientID: principal.clientID)
            // One page: nobody works with two hundred browsers, and the latest are those that matter.
            return Page(items: try signIns.list(of: request.userID, at: now, limit: Page<SignInSummary>.limitMax))
        }
    }
}

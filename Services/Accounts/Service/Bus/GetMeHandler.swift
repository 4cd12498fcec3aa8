import Bus
import Contracts
import Storage

struct GetMeHandler: RequestHandler {
    let database: Database

    func answer(_ request: GetMe, context: RequestContext) async throws -> SignedInUser {
        let principal = request.principal
        let actor = Actor(request)
        return try await database.transaction(by: actor) { transaction in
            guard let client = try ClientRepository(transaction: transaction).find(principal.clientID),
                let user = try UserRepository(transaction: transaction, clientID: principal.clientID).find(principal.subject), user.isActive
            else { throw AccountsError.tokenInvalid }
            return SignedInUser(
                id: user.id, clientID: user.clientID, client: client, email: user.email, name: user.name, role: user.role)
        }
    }
}

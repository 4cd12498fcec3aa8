import Bus
import Contracts
import Foundation
import Storage

/// Whoever shows any token of a sign-in may end it. An unknown one is ended already.
struct SignOutHandler: RequestHandler {
    let database: Database
    let now: @Sendable () -> Date

    func answer(_ request: SignOut, context: RequestContext) async throws -> Done {
        let now = now()
        let token = SecretToken(text: request.refreshToken)
        try await database.transaction(.none) { transaction in
            let clients = ClientRepository(transaction: transaction)
            guard let clientID = try clients.client(ofRefreshToken: token) else { return }
            try clients.enter(clientID)
            let signIns = SignInRepository(transaction: transaction, clientID: clientID)
            guard let found = try signIns.lock(token) else { return }
            try signIns.revoke(found.signInID, at: now)
        }
        return Done()
    }
}

import Bus
import Contracts
import Foundation
import Storage

/// Whoever shows any token of a sign-in may end it. An unknown one is ended already.
struct SignOutHandler: RequestHandler {
    let database: Database
    let access: AccessRegistry

    func answer(_ request: SignOut, context: RequestContext) async throws -> Done {
        let token = SecretToken(text: request.refreshToken)
        let found = try await database.transaction(.none) { transaction -> (clientID: TenantID, signIn: UUID, userID: UserID)? in
            let clients = ClientRepository(transaction: transaction)
            guard let clientID = try clients.client(ofRefreshToken: token) else { return nil }
            try clients.enter(clientID)
            let owner = try SignInRepository(transaction: transaction, clientID: clientID).owner(of: token)
            return owner.map { (clientID, $0.signInID, $0.userID) }
        }
        guard let found else { return Done() }
        try await access.end(signIn: found.signIn, of: found.userID, of: found.clientID, traceparent: context.traceparent)
        return Done()
    }
}

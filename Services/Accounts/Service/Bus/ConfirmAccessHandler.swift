import Bus
import Contracts
import Storage

struct ConfirmAccessHandler: RequestHandler {
    let database: Database

    func answer(_ request: ConfirmAccess, context: RequestContext) async throws -> Done {
        let principal = request.principal
        let isCurrent = try await database.transaction(.tenant(principal.clientID)) { transaction in
            try self.isCurrent(request, transaction)
        }
        guard isCurrent else { throw AccountsError.accessEnded }
        return Done()
    }

    private func isCurrent(_ request: ConfirmAccess, _ transaction: Transaction) throws -> Bool {
        let (principal, clientID) = (request.principal, request.principal.clientID)
        if let customerID = principal.customerID {
            return try !VisitorEndingRepository(transaction: transaction, clientID: clientID)
                .hasEnded(customerID, browser: request.sessionID, version: request.version)
        }
        if principal.role == .service {
            let key = try APIKeyRepository(transaction: transaction, clientID: clientID).find(APIKeyID(principal.subject.uuid))
            return key.map { $0.revokedAt == nil } ?? false
        }
        let user = try UserRepository(transaction: transaction, clientID: clientID).find(principal.subject)
        guard let user, user.isActive, user.role == principal.role, user.tokenVersion <= request.version else { return false }
        guard let signIn = request.sessionID else { return true }
        return try SignInRepository(transaction: transaction, clientID: clientID).goesOn(signIn.uuid, of: user.id)
    }
}

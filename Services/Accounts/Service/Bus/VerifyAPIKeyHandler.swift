import Bus
import Contracts
import Foundation
import Storage

struct VerifyAPIKeyHandler: RequestHandler {
    let database: Database
    let now: @Sendable () -> Date

    func answer(_ request: VerifyAPIKey, context: RequestContext) async throws -> VerifiedKey {
        guard APIKey.isPlausible(request.key) else { throw AccountsError.keyInvalid }
        let now = now()
        let secret = SecretToken(text: request.key)
        return try await database.transaction(.none) { transaction in
            let clients = ClientRepository(transaction: transaction)
            guard let clientID = try clients.client(ofAPIKey: secret) else { throw AccountsError.keyInvalid }
            try clients.enter(clientID)
            let keys = APIKeyRepository(transaction: transaction, clientID: clientID)
            guard let key = try keys.find(secret), key.works(at: now) else { throw AccountsError.keyInvalid }
            if key.lastUsedAt.map({ now.timeIntervalSince($0) >= APIKey.lastUsedPrecision }) ?? true {
                try keys.markUsed(key.id, at: Timestamp.rounded(now))
            }
            let principal = Principal(clientID: clientID, subject: UserID(key.id.uuid), role: .service, name: key.name)
            return VerifiedKey(principal: principal, scopes: key.scopes, expiresAt: key.expiresAt)
        }
    }
}

import Bus
import Contracts
import Foundation
import Storage

struct CreateAPIKeyHandler: RequestHandler {
    let database: Database
    let tokens: TokenIssuer
    let now: @Sendable () -> Date

    func answer(_ request: CreateAPIKey, context: RequestContext) async throws -> CreatedAPIKey {
        let principal = request.principal
        try context.requireTenant(of: principal)
        try Permission.requireAdministrator(principal)
        let name = try FieldRules.name(request.name)
        let now = Timestamp.rounded(now())
        let secrets = tokens.keys.derivedSecrets(
            purpose: "api-key", clientID: principal.clientID, id: request.id.uuid, prefix: APIKey.prefix)
        let key = APIKeyRecord(
            clientID: principal.clientID, id: request.id, name: name, hash: secrets[0].hash,
            prefix: String(secrets[0].text.prefix(APIKey.shownLength)), createdAt: now, lastUsedAt: nil, revokedAt: nil)
        return try await database.transaction(.tenant(principal.clientID)) { transaction in
            let keys = APIKeyRepository(transaction: transaction, clientID: principal.clientID)
            if try keys.insert(key, createdBy: principal.subject) { return CreatedAPIKey(summary: key.summary, key: secrets[0].text) }
            guard let known = try keys.find(request.id), known.name == name, known.revokedAt == nil, known.lastUsedAt == nil,
                now < known.createdAt.addingTimeInterval(APIKey.repeatSeconds), let secret = secrets.first(where: { $0.hash == known.hash })
            else { throw AccountsError.idReused(field: "id") }
            return CreatedAPIKey(summary: known.summary, key: secret.text)
        }
    }
}

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
        let actor = Actor(request)
        let name = try FieldRules.name(request.name)
        let now = Timestamp.rounded(now())
        let scopes = try APIKey.scopes(request.scopes)
        let expiresAt = try APIKey.expiry(request.expiresAt, now: now)
        let secrets = tokens.keys.derivedSecrets(
            purpose: "api-key", clientID: principal.clientID, id: request.id.uuid, prefix: APIKey.prefix)
        let key = APIKeyRecord(
            clientID: principal.clientID, id: request.id, name: name, hash: secrets[0].hash,
            prefix: String(secrets[0].text.prefix(APIKey.shownLength)), createdAt: now, lastUsedAt: nil, revokedAt: nil, scopes: scopes,
            expiresAt: expiresAt)
        return try await database.transaction(by: actor) { transaction in
            let keys = APIKeyRepository(transaction: transaction, clientID: principal.clientID)
            if try keys.insert(key, createdBy: principal.subject) {
                try SettingsAuditRepository(transaction: transaction, clientID: principal.clientID).record(
                    .key, after: key.audited(revoked: false), by: actor, at: now)
                return CreatedAPIKey(summary: key.summary, key: secrets[0].text)
            }
            guard let known = try keys.find(request.id), known.name == name, known.scopes == scopes, known.expiresAt == expiresAt,
                known.revokedAt == nil, known.lastUsedAt == nil,
                now < known.createdAt.addingTimeInterval(APIKey.repeatSeconds), let secret = secrets.first(where: { $0.hash == known.hash })
            else { throw AccountsError.idReused(field: "id") }
            return CreatedAPIKey(summary: known.summary, key: secret.text)
        }
    }
}

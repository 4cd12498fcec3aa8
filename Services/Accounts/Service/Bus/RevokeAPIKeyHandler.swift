import Bus
import Contracts
import EventLog
import Foundation
import Storage

struct RevokeAPIKeyHandler: RequestHandler {
    let database: Database
    let publisher: EventPublisher
    let now: @Sendable () -> Date

    func answer(_ request: RevokeAPIKey, context: RequestContext) async throws -> Done {
        let principal = request.principal
        let actor = Actor(request)
        let (publisher, now) = (publisher, Timestamp.rounded(now()))
        return try await database.transaction(by: actor) { transaction in
            var locked = try publisher.lock([request.id.uuid], in: transaction)
            let keys = APIKeyRepository(transaction: transaction, clientID: principal.clientID)
            guard let key = try keys.find(request.id) else { throw AccountsError.apiKeyNotFound(id: request.id) }
            guard try keys.revoke(request.id, at: now) else { return Done() }
            try SettingsAuditRepository(transaction: transaction, clientID: principal.clientID).record(
                .key, before: key.audited(revoked: false), after: key.audited(revoked: true), by: actor, at: now)
            let ended = AccessEnded(holder: EntityID(request.id.uuid))
            let event = try NewEvent(ended, clientID: principal.clientID, traceparent: context.traceparent)
            try publisher.append([event], to: &locked, in: transaction)
            return Done()
        }
    }
}

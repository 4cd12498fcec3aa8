import Bus
import Contracts
import Foundation
import Storage

struct ListSettingsAuditHandler: RequestHandler {
    /// Entries in one answer, since each holds the whole settings twice.
    static let entriesMax = 20

    let database: Database

    func answer(_ request: ListSettingsAudit, context: RequestContext) async throws -> Page<SettingsAuditEntry> {
        let principal = request.principal
        let actor = Actor(request)
        let limit = min(try validLimit(request.limit, max: Page<SettingsAuditEntry>.limitMax), Self.entriesMax)
        let before = try request.cursor.map { text throws(AccountsError) in
            var cursor = ListCursor(text)
            guard let id = cursor?.id(Entity.self), cursor?.isAtEnd == true else { throw .cursorInvalid }
            return id.uuid
        }
        let entries = try await database.transaction(by: actor) { transaction in
            try SettingsAuditRepository(transaction: transaction, clientID: principal.clientID).changes(before: before, limit: limit)
        }
        return Page(entries, item: { $0 }) { ListCursor.text(.id($0.id.uuid)) }
    }
}

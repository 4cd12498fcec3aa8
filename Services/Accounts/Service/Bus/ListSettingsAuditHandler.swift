import Bus
import Contracts
import Foundation
import Storage

struct ListSettingsAuditHandler: RequestHandler {
    /// Entries in one answer: each holds the whole settings twice, tens of kilobytes, and a message has a limit.
    static let entriesMax = 20

    let database: Database

    func answer(_ request: ListSettingsAudit, context: RequestContext) async throws -> Page<SettingsAuditEntry> {
        let principal = request.principal
        try context.requireTenant(of: principal)
        try Permission.requireSupervisor(principal)
        let limit = min(try PageCursor.limit(request.limit, max: Page<SettingsAuditEntry>.limitMax), Self.entriesMax)
        let before: UUID? = if let cursor = request.cursor { try PageCursor.id(cursor) } else { nil }
        let entries = try await database.transaction(.tenant(principal.clientID)) { transaction in
            try BusinessRulesRepository(transaction: transaction, clientID: principal.clientID).changes(before: before, limit: limit + 1)
        }
        return Page(entries, limit: limit, item: { $0 }) { [$0.id.description] }
    }
}

import Bus
import Contracts
import Foundation

struct ListQueueHandler: RequestHandler {
    let reader: RoutingReader

    func answer(_ request: ListQueue, context: RequestContext) async throws -> Page<QueueEntry> {
        try request.principal.mustBe(in: Role.reading, context)
        guard request.sector.map(Sector.isName) ?? true else {
            throw RoutingError.fieldInvalid(field: "sector", detail: "needs 1 to \(Sector.lengthMax) characters")
        }
        let limit = min(max(request.limit, 1), Page<QueueEntry>.limitMax)
        let after = try request.cursor.map { cursor throws(RoutingError) -> QueuePosition in
            let fields = try PageCursor.fields(cursor, count: 3)
            guard let priority = Int(fields[0]), let microseconds = Int64(fields[1]), let id = ConversationID(fields[2]) else {
                throw PageCursor.invalid
            }
            return QueuePosition(
                priority: priority, waitingSince: Date(timeIntervalSince1970: Double(microseconds) / 1_000_000), conversation: id)
        }
        let entries = try await reader.queue(
            of: request.principal.clientID, sector: request.sector, team: request.teamID, limit: limit + 1, after: after)
        let items = Array(entries.prefix(limit))
        let next =
            entries.count > limit
            ? items.last.map {
                PageCursor.text([String($0.priority), Microseconds.text($0.waitingSince), $0.sessionID.description])
            } : nil
        return Page(items: items, nextCursor: next)
    }
}

/// A place in the queue's order.
struct QueuePosition: Sendable {
    let priority: Int
    let waitingSince: Date
    let conversation: ConversationID
}

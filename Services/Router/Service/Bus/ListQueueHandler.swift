import Bus
import Contracts
import Foundation

struct ListQueueHandler: RequestHandler {
    let reader: RoutingReader

    func answer(_ request: ListQueue, context: RequestContext) async throws -> Page<QueueEntry> {
        try Sector.check(request.sector)
        let limit = min(max(request.limit, 1), Page<QueueEntry>.limitMax)
        let after = try request.cursor.map { cursor throws(RoutingError) -> QueuePosition in
            try cursor.position { cursor in
                guard let priority = cursor.integer(in: QueuePosition.priorityRange), let since = cursor.time(),
                    let id: ConversationID = cursor.id()
                else { return nil }
                return QueuePosition(priority: priority, waitingSince: since, conversation: id)
            }
        }
        let page = try await reader.queue(
            of: request.principal.clientID, sector: request.sector, team: request.teamID, limit: limit, after: after)
        let next =
            page.hasMore
            ? page.items.last.map {
                ListCursor.text(.integer($0.priority), .time($0.waitingSince), .id($0.sessionID.uuid))
            } : nil
        return Page(items: page.items, nextCursor: next)
    }
}

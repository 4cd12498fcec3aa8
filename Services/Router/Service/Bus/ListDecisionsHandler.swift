import Bus
import Contracts
import Foundation

/// "Why this agent?"
struct ListDecisionsHandler: RequestHandler {
    let reader: RoutingReader

    func answer(_ request: ListDecisions, context: RequestContext) async throws -> Page<Decision> {
        // An agent asks about what came to it, now or before; what others have is none of its business.
        if request.principal.role == .agent {
            guard try await reader.held(request.sessionID, by: request.principal.subject, of: request.principal.clientID) else {
                throw RoutingError.conversationNotFound(id: request.sessionID)
            }
        }
        let limit = min(max(request.limit, 1), Page<Decision>.limitMax)
        let before = try request.cursor.map { cursor throws(RoutingError) -> (Date, DecisionID) in
            try cursor.position { cursor in cursor.time().flatMap { at in cursor.id().map { (at, $0) } } }
        }
        let page = try await reader.decisions(about: request.sessionID, of: request.principal.clientID, limit: limit, before: before)
        let next = page.hasMore ? page.items.last.map { ListCursor.text(.time($0.at), .id($0.id.uuid)) } : nil
        return Page(items: page.items, nextCursor: next)
    }
}

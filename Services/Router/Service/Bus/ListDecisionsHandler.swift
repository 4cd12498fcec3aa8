import Bus
import Contracts
import Foundation

/// "Why this agent?"
struct ListDecisionsHandler: RequestHandler {
    let reader: RoutingReader

    func answer(_ request: ListDecisions, context: RequestContext) async throws -> Page<Decision> {
        try request.principal.mustBe(in: Role.reading, context)
        // An agent asks about what came to it, now or before; what others have is none of its business.
        if request.principal.role == .agent {
            guard try await reader.held(request.sessionID, by: request.principal.subject, of: request.principal.clientID) else {
                throw RoutingError.conversationNotFound(id: request.sessionID)
            }
        }
        let limit = min(max(request.limit, 1), Page<Decision>.limitMax)
        let before = try request.cursor.map { cursor throws(RoutingError) -> (Date, DecisionID) in
            let fields = try PageCursor.fields(cursor, count: 2)
            guard let microseconds = Int64(fields[0]), let id = DecisionID(fields[1]) else { throw PageCursor.invalid }
            return (Date(timeIntervalSince1970: Double(microseconds) / 1_000_000), id)
        }
        let page = try await reader.decisions(about: request.sessionID, of: request.principal.clientID, limit: limit, before: before)
        let next = page.hasMore ? page.items.last.map { PageCursor.text([Microseconds.text($0.at), $0.id.description]) } : nil
        return Page(items: page.items, nextCursor: next)
    }
}

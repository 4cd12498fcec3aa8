import Bus
import Contracts
import Foundation

struct ListAgentsHandler: RequestHandler {
    let reader: RoutingReader

    func answer(_ request: ListAgents, context: RequestContext) async throws -> Page<RoutingAgent> {
        try Sector.check(request.sector)
        let limit = min(max(request.limit, 1), Page<RoutingAgent>.limitMax)
        let after = try request.cursor.map { cursor throws(RoutingError) -> (String, AgentID) in
            try cursor.position { cursor in cursor.text().flatMap { name in cursor.id().map { (name, $0) } } }
        }
        let page = try await reader.agents(of: request.principal.clientID, sector: request.sector, limit: limit, after: after)
        let next = page.hasMore ? page.items.last.map { ListCursor.text(.text($0.name), .id($0.id.uuid)) } : nil
        return Page(items: page.items.map(\.routingAgent), nextCursor: next)
    }
}

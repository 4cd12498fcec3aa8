import Bus
import Contracts
import Foundation

struct ListAgentsHandler: RequestHandler {
    let reader: RoutingReader

    func answer(_ request: ListAgents, context: RequestContext) async throws -> Page<RoutingAgent> {
        try request.principal.mustBe(in: Role.reading, context)
        guard request.sector.map(Sector.isName) ?? true else {
            throw RoutingError.fieldInvalid(field: "sector", detail: "needs 1 to \(Sector.lengthMax) characters")
        }
        let limit = min(max(request.limit, 1), Page<RoutingAgent>.limitMax)
        let after = try request.cursor.map { cursor throws(RoutingError) -> (String, AgentID) in
            let fields = try PageCursor.fields(cursor, count: 2)
            guard let id = AgentID(fields[1]) else { throw PageCursor.invalid }
            return (fields[0], id)
        }
        let agents = try await reader.agents(
            of: request.principal.clientID, sector: request.sector, limit: limit + 1, after: after)
        let items = agents.prefix(limit)
        let next = agents.count > limit ? items.last.map { PageCursor.text([$0.name, $0.id.description]) } : nil
        return Page(items: items.map(\.routingAgent), nextCursor: next)
    }
}

/// Where a page of a list ended, opaque to callers.
enum PageCursor {
    static let invalid = RoutingError.fieldInvalid(field: "cursor", detail: "is not one that this list gave")

    /// - Parameter fields: without line feeds, the last one excepted.
    static func text(_ fields: [String]) -> String { Data(fields.reversed().joined(separator: "\n").utf8).base64EncodedString() }

    static func fields(_ cursor: String, count: Int) throws(RoutingError) -> [String] {
        guard let data = Data(base64Encoded: cursor), let text = String(validating: data, as: UTF8.self) else { throw invalid }
        let fields = text.split(separator: "\n", maxSplits: count - 1, omittingEmptySubsequences: false)
        guard fields.count == count, !text.utf8.contains(0) else { throw invalid }
        return fields.reversed().map(String.init)
    }
}

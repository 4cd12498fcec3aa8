import Bus
import Contracts
import Foundation

/// By name.
struct ListTeamsHandler: RequestHandler {
    let reader: RoutingReader

    func answer(_ request: ListTeams, context: RequestContext) async throws -> NumberedPage<Team> {
        try Sector.check(request.sector)
        let part = try request.page.part { cursor in cursor.text().flatMap { name in cursor.id().map { (name: name, id: $0 as TeamID) } } }
        let slice = try await reader.teams(of: request.principal.clientID) { try $0.teams(of: request.sector, part) }
        return request.page.page(slice) { ListCursor.text(.text($0.name), .id($0.id.uuid)) }
    }
}

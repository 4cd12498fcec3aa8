import Bus
import Contracts
import Foundation

/// By name.
struct ListTeamsHandler: RequestHandler {
    let reader: RoutingReader

    func answer(_ request: ListTeams, context: RequestContext) async throws -> NumberedPage<Team> {
        try request.principal.mustBe(in: Role.reading, context)
        guard request.sector.map(Sector.isName) ?? true else {
            throw RoutingError.fieldInvalid(field: "sector", detail: "needs 1 to \(Sector.lengthMax) characters")
        }
        let part = try request.page.part(fields: 2) { fields in TeamID(fields[1]).map { (name: fields[0], id: $0) } }
        let slice = try await reader.teams(of: request.principal.clientID) { try $0.teams(of: request.sector, part) }
        return request.page.page(slice) { [$0.name, $0.id.description] }
    }
}

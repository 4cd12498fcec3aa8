import Bus
import Contracts
import Foundation

/// One team.
struct GetTeamHandler: RequestHandler {
    let reader: RoutingReader

    func answer(_ request: GetTeam, context: RequestContext) async throws -> Team {
        guard let team = try await reader.teams(of: request.principal.clientID, { try $0.find(request.id) }) else {
            throw RoutingError.teamNotFound(id: request.id)
        }
        return team
    }
}

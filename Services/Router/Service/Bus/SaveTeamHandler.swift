import Bus
import Contracts
import EventLog
import Foundation

/// Creates a team or changes what is given.
struct SaveTeamHandler: RequestHandler {
    let desk: RoutingDesk

    func answer(_ request: SaveTeam, context: RequestContext) async throws -> Team {
        let principal = request.principal
        return try await desk.turn(QueueTurn.Needs(tenant: principal.clientID, traceparent: context.traceparent)) { turn in
            try turn.save(request)
        }
    }
}

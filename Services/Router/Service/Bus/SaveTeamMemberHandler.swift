import Bus
import Contracts
import EventLog
import Foundation

/// Adds a person to a team or changes what is given of a member.
struct SaveTeamMemberHandler: RequestHandler {
    let desk: RoutingDesk

    func answer(_ request: SaveTeamMember, context: RequestContext) async throws -> TeamMember {
        let principal = request.principal
        return try await desk.turn(QueueTurn.Needs(tenant: principal.clientID, traceparent: context.traceparent)) { turn in
            try turn.save(request)
        }
    }
}

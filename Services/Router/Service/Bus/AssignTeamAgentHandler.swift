import Bus
import Contracts
import EventLog
import Foundation

/// From now on the agent gets work of the team.
struct AssignTeamAgentHandler: RequestHandler {
    let desk: RoutingDesk

    func answer(_ request: AssignTeamAgent, context: RequestContext) async throws -> TeamAssignment {
        let principal = request.principal
        return try await desk.turn(QueueTurn.Needs(tenant: principal.clientID, traceparent: context.traceparent)) { turn in
            try turn.assign(request)
        }
    }
}

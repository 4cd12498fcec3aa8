import Bus
import Contracts
import EventLog
import Foundation

/// The agent gets no more work of the team; what it holds it keeps.
struct EndTeamAssignmentHandler: RequestHandler {
    let desk: RoutingDesk

    func answer(_ request: EndTeamAssignment, context: RequestContext) async throws -> Done {
        let principal = request.principal
        let record = IdempotencyRecord(
            service: .router, key: context.key, subject: EndTeamAssignment.subject,
            request: principal.clientID.uuid.bytes + request.teamID.uuid.bytes + request.id.uuid.bytes)
        return try await desk.turn(QueueTurn.Needs(tenant: principal.clientID, traceparent: context.traceparent), once: record) { turn in
            try turn.end(request.id, in: request.teamID, by: Author(principal))
            return Done()
        }
    }
}

import Bus
import Contracts
import EventLog
import Foundation

/// With members and assignments; its performance stays.
struct DeleteTeamHandler: RequestHandler {
    let desk: RoutingDesk

    func answer(_ request: DeleteTeam, context: RequestContext) async throws -> Done {
        let principal = request.principal
        let record = IdempotencyRecord(
            service: .router, key: context.key, subject: DeleteTeam.subject, request: principal.clientID.uuid.bytes + request.id.uuid.bytes)
        return try await desk.turn(QueueTurn.Needs(tenant: principal.clientID, traceparent: context.traceparent), once: record) { turn in
            try turn.delete(request.id, by: Author(principal))
            return Done()
        }
    }
}

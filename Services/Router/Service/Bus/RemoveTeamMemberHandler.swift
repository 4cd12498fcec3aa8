import Bus
import Contracts
import EventLog
import Foundation

/// Ends the member's assignments; what its agents held waits again.
struct RemoveTeamMemberHandler: RequestHandler {
    let desk: RoutingDesk

    func answer(_ request: RemoveTeamMember, context: RequestContext) async throws -> Done {
        let principal = request.principal
        let record = IdempotencyRecord(
            service: .router, key: context.key, subject: RemoveTeamMember.subject,
            request: principal.clientID.uuid.bytes + request.teamID.uuid.bytes + request.id.uuid.bytes)
        return try await desk.turn(QueueTurn.Needs(tenant: principal.clientID, traceparent: context.traceparent), once: record) { turn in
            try turn.remove(request.id, from: request.teamID, by: Author(principal))
            return Done()
        }
    }
}

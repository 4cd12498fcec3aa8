import Bus
import Contracts
import EventLog
import Foundation

/// Takes the agent out of routing; its history stays.
struct DeleteAgentHandler: RequestHandler {
    let desk: RoutingDesk

    func answer(_ request: DeleteAgent, context: RequestContext) async throws -> Done {
        let principal = request.principal
        let record = IdempotencyRecord(
            service: .router, key: context.key, subject: DeleteAgent.subject,
            request: principal.clientID.uuid.bytes + request.id.uuid.bytes)
        return try await desk.turn(QueueTurn.Needs(tenant: principal.clientID, traceparent: context.traceparent), once: record) { turn in
            try turn.delete(request.id, by: Author(principal))
            return Done()
        }
    }
}

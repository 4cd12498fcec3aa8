import Bus
import Contracts
import EventLog
import Foundation

/// Back into the queue, at its old place; its agent does not get it again before somebody else had it.
struct ReturnConversationHandler: RequestHandler {
    let desk: RoutingDesk

    func answer(_ request: ReturnConversation, context: RequestContext) async throws -> Done {
        let principal = request.principal
        let note = try AssignConversationHandler.note(request.reason)
        let needs = QueueTurn.Needs(
            tenant: principal.clientID, conversations: [request.sessionID], traceparent: context.traceparent)
        let record = IdempotencyRecord(
            service: .router, key: context.key, subject: ReturnConversation.subject,
            request: principal.clientID.uuid.bytes + principal.subject.uuid.bytes + request.sessionID.uuid.bytes
                + (request.teamID?.uuid.bytes ?? []) + Array(request.reason.utf8))
        return try await desk.turn(needs, once: record) { turn in
            try turn.giveBack(request.sessionID, to: request.teamID, note: note, by: principal)
            return Done()
        }
    }
}

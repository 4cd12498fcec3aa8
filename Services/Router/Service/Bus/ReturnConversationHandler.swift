import Bus
import Contracts
import EventLog
import Foundation

/// Back into the queue, at its old place; its agent does not get it again before somebody else had it.
struct ReturnConversationHandler: RequestHandler {
    let desk: RoutingDesk

    func answer(_ request: ReturnConversation, context: RequestContext) async throws -> Done {
        let principal = request.principal
        try principal.mustBe(in: Role.answering, context)
        let note = try AssignConversationHandler.note(request.reason)
        let needs = QueueTurn.Needs(
            tenant: principal.clientID, conversations: [request.sessionID], traceparent: context.traceparent)
        let record = IdempotencyRecord(
            service: .router, key: context.key, subject: ReturnConversation.subject,
            request: principal.clientID.uuid.bytes + principal.subject.uuid.bytes + request.sessionID.uuid.bytes
                + (request.teamID?.uuid.bytes ?? []) + Array(request.reason.utf8))
        return try await desk.turn(needs, once: record) { turn in
            var item = try turn.openItem(request.sessionID)
            guard let holder = item.agentID else { throw RoutingError.conversationNotAssigned(id: request.sessionID) }
            guard principal.isSenior || holder == principal.subject else {
                throw RoutingError.conversationHeldByColleague(name: turn.agents[holder]?.name ?? "")
            }
            if let team = request.teamID {
                guard let team = try turn.teams.find(team) else {
                    throw RoutingError.referenceNotFound(field: "team_id", id: EntityID(team.uuid))
                }
                item.teamID = team.id
                item.sector = team.sector
                item.wasMoved = true
            }
            try turn.giveBack(&item, reason: "returned", note: note, by: Author(principal))
            return Done()
        }
    }
}

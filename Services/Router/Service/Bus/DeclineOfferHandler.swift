import Bus
import Contracts

/// The agent does not take it: the next best who has not declined is asked.
struct DeclineOfferHandler: RequestHandler {
    let desk: RoutingDesk

    func answer(_ request: DeclineOffer, context: RequestContext) async throws -> Done {
        let principal = request.principal
        try TextRule.note.check(request.note, "note")
        let needs = QueueTurn.Needs(tenant: principal.clientID, agents: [principal.subject], traceparent: context.traceparent)
        return try await desk.turn(needs) { turn in
            try turn.decline(request.id, note: request.note, by: principal)
            return Done()
        }
    }
}

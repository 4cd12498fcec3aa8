import Bus
import Contracts

/// The agent takes what it was offered: from now on it is assigned, and chat is told.
struct AcceptOfferHandler: RequestHandler {
    let desk: RoutingDesk

    func answer(_ request: AcceptOffer, context: RequestContext) async throws -> Assignment {
        let principal = request.principal
        let needs = QueueTurn.Needs(tenant: principal.clientID, agents: [principal.subject], traceparent: context.traceparent)
        return try await desk.turn(needs) { try $0.accept(request.id, by: principal) }
    }
}

import Bus
import Contracts
import Foundation

/// Creates an agent or changes what is given. Room that this makes is filled at once.
struct SaveAgentHandler: RequestHandler {
    let desk: RoutingDesk

    func answer(_ request: SaveAgent, context: RequestContext) async throws -> RoutingAgent {
        let principal = request.principal
        let needs = QueueTurn.Needs(tenant: principal.clientID, agents: [request.id], traceparent: context.traceparent)
        return try await desk.turn(needs) { turn in
            try turn.save(request)
        } reply: { turn, agent in
            turn.agents[agent.id]?.routingAgent ?? agent.routingAgent
        }
    }
}

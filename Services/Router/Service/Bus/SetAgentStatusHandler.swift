import Bus
import Contracts
import Foundation

/// What an agent chooses wins over its socket, and over what its pages say by themselves. Coming online takes waiting work at once.
struct SetAgentStatusHandler: RequestHandler {
    let desk: RoutingDesk

    func answer(_ request: SetAgentStatus, context: RequestContext) async throws -> Presence {
        let principal = request.principal
        guard AgentStatus.allCases.contains(request.status) else {
            throw RoutingError.fieldInvalid(field: "status", detail: "is none of online, away, busy, offline")
        }
        let isChosen = request.chosen ?? true
        guard isChosen || request.status == .online || request.status == .offline else {
            throw RoutingError.fieldInvalid(field: "chosen", detail: "must be true for away and busy, which nobody is by accident")
        }
        let needs = QueueTurn.Needs(tenant: principal.clientID, agents: [principal.subject], traceparent: context.traceparent)
        return try await desk.turn(needs) { turn in
            try turn.setStatus(request.status, isChosen: isChosen, of: principal)
        } reply: { turn, agent in
            // What came in with the status counts.
            turn.agents[agent.id]?.presence ?? agent.presence
        }
    }
}

import Bus
import Contracts
import Foundation

/// What an agent chooses wins over its socket. Coming online takes waiting work at once.
struct SetAgentStatusHandler: RequestHandler {
    let desk: RoutingDesk

    func answer(_ request: SetAgentStatus, context: RequestContext) async throws -> Presence {
        let principal = request.principal
        try principal.mustBe(in: Role.answering, context)
        guard AgentStatus.all.contains(request.status) else {
            throw RoutingError.fieldInvalid(field: "status", detail: "is none of online, away, busy, offline")
        }
        let needs = QueueTurn.Needs(tenant: principal.clientID, agents: [principal.subject], traceparent: context.traceparent)
        return try await desk.turn(needs) { turn in
            var agent = try turn.ownAgent(of: principal)
            agent.status = request.status
            if request.status == .online {
                agent.presentUntil = turn.now.addingTimeInterval(AgentPresence.graceSeconds)
                agent.isPresent = true
            }
            turn.put(agent)
            // As it stands after the queue was drained: what came in with the status counts.
            try turn.drain()
            return turn.agents[agent.id]?.presence ?? agent.presence
        }
    }
}

enum AgentPresence {
    /// Seconds that a connection counts after its last renewal, and a chosen "online" without any.
    static let graceSeconds = 60.0
}

extension QueueTurn {
    /// Somebody who signed in is an agent, even if accounts' word of it has not arrived here yet.
    func ownAgent(of principal: Principal) throws -> AgentRecord {
        guard let agent = agents[principal.subject] else {
            let agent = AgentRecord(
                id: principal.subject, name: principal.name, kind: .human, isActive: principal.role == .agent, userRole: principal.role,
                at: now)
            audit(AgentAudit(agent: agent.id, action: "created", actor: Author(principal), before: nil, after: agent.settings))
            return agent
        }
        guard agent.deletedAt == nil else { throw RoutingError.agentNotFound(id: agent.id) }
        return agent
    }
}

import Bus
import Contracts
import EventLog
import Foundation

/// Takes the agent out of routing; its history stays.
struct DeleteAgentHandler: RequestHandler {
    let desk: RoutingDesk

    func answer(_ request: DeleteAgent, context: RequestContext) async throws -> Done {
        let principal = request.principal
        try principal.mustBe(in: Role.managing, context)
        let record = IdempotencyRecord(
            service: .router, key: context.key, subject: DeleteAgent.subject,
            request: principal.clientID.uuid.bytes + request.id.uuid.bytes)
        return try await desk.turn(QueueTurn.Needs(tenant: principal.clientID, traceparent: context.traceparent), once: record) { turn in
            try turn.delete(request.id, by: Author(principal))
            return Done()
        }
    }
}

extension QueueTurn {
    func delete(_ id: AgentID, by author: Author) throws {
        guard var agent = agents[id], agent.deletedAt == nil else { throw RoutingError.agentNotFound(id: id) }
        guard agent.load == 0 else { throw RoutingError.agentHoldsConversations(count: agent.load) }
        let before = agent.settings
        agent.deletedAt = now
        put(agent)
        audit(AgentAudit(agent: id, action: "deleted", actor: author, before: before, after: nil))
        try endAssignments(of: id, by: author)
    }
}

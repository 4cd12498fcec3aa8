import Bus
import Contracts

/// The asker's own presence. Whoever is no agent yet stands as one that is offline.
struct GetAgentStatusHandler: RequestHandler {
    let reader: RoutingReader

    func answer(_ request: GetAgentStatus, context: RequestContext) async throws -> Presence {
        let principal = request.principal
        if let agent = try await reader.agent(principal.subject, of: principal.clientID) { return agent.presence }
        return AgentRecord(
            id: principal.subject, name: principal.name, kind: .human, isActive: principal.role == .agent, userRole: principal.role,
            at: Timestamp.now()
        ).presence
    }
}

import Bus
import Contracts

struct GetAgentHandler: RequestHandler {
    let reader: RoutingReader

    func answer(_ request: GetAgent, context: RequestContext) async throws -> RoutingAgent {
        guard let agent = try await reader.agent(request.id, of: request.principal.clientID) else {
            throw RoutingError.agentNotFound(id: request.id)
        }
        return agent.routingAgent
    }
}

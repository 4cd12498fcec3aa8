import Bus
import Contracts

struct GetRoutingPolicyHandler: RequestHandler {
    let reader: RoutingReader

    func answer(_ request: GetRoutingPolicy, context: RequestContext) async throws -> RoutingPolicyInUse {
        return try await reader.policy(of: request.principal.clientID)
    }
}

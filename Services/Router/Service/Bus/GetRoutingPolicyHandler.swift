import Bus
import Contracts

struct GetRoutingPolicyHandler: RequestHandler {
    let reader: RoutingReader

    func answer(_ request: GetRoutingPolicy, context: RequestContext) async throws -> RoutingPolicyInUse {
        try request.principal.mustBe(in: Role.reading, context)
        return try await reader.policy(of: request.principal.clientID)
    }
}

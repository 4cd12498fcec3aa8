import Bus
import Contracts

struct GetRoutingSimulationHandler: RequestHandler {
    let simulations: SimulationRepository

    func answer(_ request: GetRoutingSimulation, context: RequestContext) async throws -> RoutingSimulation {
        guard let found = try await simulations.find(request.id, of: request.principal.clientID) else {
            throw RoutingError.simulationNotFound(id: request.id)
        }
        return found
    }
}

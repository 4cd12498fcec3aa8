import Bus
import Contracts
import Foundation

struct SimulateRoutingHandler: RequestHandler {
    /// Days of a period.
    static let daysMax = 92

    let runner: SimulationRunner
    let reader: RoutingReader

    func answer(_ request: SimulateRouting, context: RequestContext) async throws -> RoutingSimulation {
        if let problem = request.settings.problem?.inside("settings") {
            throw RoutingError.fieldInvalid(field: problem.field, detail: problem.detail)
        }
        guard request.from < request.to else { throw RoutingError.fieldInvalid(field: "to", detail: "is not later than from") }
        // Days that are not over yet are simulated as far as they went; nothing has happened after now.
        guard request.from < Date() else { throw RoutingError.fieldInvalid(field: "from", detail: "is in the future") }
        guard request.to.timeIntervalSince(request.from) <= Double(Self.daysMax) * 86_400 else {
            throw RoutingError.fieldInvalid(field: "to", detail: "is more than \(Self.daysMax) days after from")
        }
        let (tenant, simulations) = (request.principal.clientID, runner.simulations)
        if let known = try await known(request) { return known }
        if let sector = request.sector {
            guard Sector.isName(sector), try await reader.knows(sector: sector, of: tenant) else {
                throw RoutingError.fieldInvalid(field: "sector", detail: Sector.unknown)
            }
        }
        guard try await simulations.count(request, max: SimulationRunner.decisionsMax) <= SimulationRunner.decisionsMax else {
            throw RoutingError.fieldInvalid(
                field: "from", detail: "begins a period of more than \(SimulationRunner.decisionsMax) decisions; name a shorter one")
        }
        guard try await simulations.begin(request) else {
            // The same request twice at once is one simulation.
            if let known = try await known(request) { return known }
            throw RoutingError.simulationRunning
        }
        guard runner.start(request) else {
            try await simulations.fail(request.id, of: tenant, "the router had too many simulations to run")
            throw RoutingError.simulationRunning
        }
        guard let begun = try await simulations.find(request.id, of: tenant) else { throw RoutingError.simulationNotFound(id: request.id) }
        return begun
    }

    private func known(_ request: SimulateRouting) async throws -> RoutingSimulation? {
        guard let known = try await runner.simulations.find(request.id, of: request.principal.clientID) else { return nil }
        guard try await runner.simulations.isOf(request) else { throw RoutingError.simulationIDReused(id: request.id) }
        return known
    }
}

/// How a simulation stands; results are kept for seven days.
package struct GetRoutingSimulation: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = RoutingSimulation
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.get-routing-simulation"
    package static let service = ServiceName.router
    package static let access = Access.supervisors
    package let principal: Principal
    package let id: SimulationID

    package init(principal: Principal, id: SimulationID) {
        self.principal = principal
        self.id = id
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id
    }
}

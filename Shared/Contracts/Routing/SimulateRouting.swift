import Foundation

/// Tries these settings on the decisions of a past period. Runs on in the background; ask ``GetRoutingSimulation`` how far it is.
/// The same id again answers how that one stands.
package struct SimulateRouting: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = RoutingSimulation
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.simulate-routing"
    package static let service = ServiceName.router
    package static let access = Access.supervisors
    package let principal: Principal
    package let id: SimulationID
    package let from: Date
    /// Before this time.
    package let to: Date
    package let settings: RoutingSettings
    /// Nil: all sectors.
    package let sector: String?

    package init(principal: Principal, id: SimulationID, from: Date, to: Date, settings: RoutingSettings, sector: String? = nil) {
        self.principal = principal
        self.id = id
        self.from = from
        self.to = to
        self.settings = settings
        self.sector = sector
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id, from, to, settings, sector
    }
}

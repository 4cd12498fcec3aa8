/// The tenant's agents by name.
package struct ListAgents: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Page<RoutingAgent>
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.list-agents"
    package static let service = ServiceName.router
    package static let access = Access.readers
    package let principal: Principal
    package let sector: String?
    package let limit: Int
    package let cursor: String?

    package init(principal: Principal, sector: String? = nil, limit: Int, cursor: String? = nil) {
        self.principal = principal
        self.sector = sector
        self.limit = limit
        self.cursor = cursor
    }

    private enum CodingKeys: String, CodingKey {
        case principal, sector, limit, cursor
    }
}

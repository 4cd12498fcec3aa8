/// The tenant's teams by name.
package struct ListTeams: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = NumberedPage<Team>
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.list-teams"
    package static let service = ServiceName.router
    package static let access = Access.readers
    package let principal: Principal
    package let sector: String?
    package let page: PageRequest

    package init(principal: Principal, sector: String? = nil, page: PageRequest) {
        self.principal = principal
        self.sector = sector
        self.page = page
    }

    private enum CodingKeys: String, CodingKey {
        case principal, sector, page
    }
}

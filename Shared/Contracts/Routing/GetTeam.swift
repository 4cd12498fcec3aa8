/// One team.
package struct GetTeam: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Team
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.get-team"
    package static let service = ServiceName.router
    package static let access = Access.readers
    package let principal: Principal
    package let id: TeamID

    package init(principal: Principal, id: TeamID) {
        self.principal = principal
        self.id = id
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id
    }
}

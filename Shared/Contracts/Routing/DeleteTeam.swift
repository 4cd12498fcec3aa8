/// Removes a team with its members and their assignments. What its agents held for it waits again; its performance stays.
package struct DeleteTeam: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Done
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.delete-team"
    package static let service = ServiceName.router
    package static let access = Access.supervisors
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

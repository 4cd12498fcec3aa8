/// A team's days, latest first; also of a team that was deleted.
package struct ListTeamPerformance: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = NumberedPage<TeamPerformance>
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.list-team-performance"
    package static let service = ServiceName.router
    package static let access = Access.readers
    package let principal: Principal
    package let teamID: TeamID
    package let from: String?
    package let to: String?
    package let page: PageRequest

    package init(principal: Principal, teamID: TeamID, from: String? = nil, to: String? = nil, page: PageRequest) {
        self.principal = principal
        self.teamID = teamID
        self.from = from
        self.to = to
        self.page = page
    }

    private enum CodingKeys: String, CodingKey {
        case principal, from, to, page
        case teamID = "team_id"
    }
}

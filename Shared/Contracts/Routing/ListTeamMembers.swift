/// A team's members by name.
package struct ListTeamMembers: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = NumberedPage<TeamMember>
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.list-team-members"
    package static let service = ServiceName.router
    package static let access = Access.readers
    package let principal: Principal
    package let teamID: TeamID
    package let page: PageRequest

    package init(principal: Principal, teamID: TeamID, page: PageRequest) {
        self.principal = principal
        self.teamID = teamID
        self.page = page
    }

    private enum CodingKeys: String, CodingKey {
        case principal, page
        case teamID = "team_id"
    }
}

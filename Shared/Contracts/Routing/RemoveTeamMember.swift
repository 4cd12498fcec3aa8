/// Removes a member from its team: its assignments end, and what their agents held waits again.
package struct RemoveTeamMember: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Done
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.remove-team-member"
    package static let service = ServiceName.router
    package static let access = Access.supervisors
    package let principal: Principal
    package let teamID: TeamID
    package let id: TeamMemberID

    package init(principal: Principal, teamID: TeamID, id: TeamMemberID) {
        self.principal = principal
        self.teamID = teamID
        self.id = id
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id
        case teamID = "team_id"
    }
}

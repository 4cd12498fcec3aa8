/// Unties a member from an agent. What the agent holds it keeps.
package struct EndTeamAssignment: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Done
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.end-team-assignment"
    package static let service = ServiceName.router
    package static let access = Access.supervisors
    package let principal: Principal
    package let teamID: TeamID
    package let id: TeamAssignmentID

    package init(principal: Principal, teamID: TeamID, id: TeamAssignmentID) {
        self.principal = principal
        self.teamID = teamID
        self.id = id
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id
        case teamID = "team_id"
    }
}

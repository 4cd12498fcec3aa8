/// Ties a member to an agent, nil being the member's own.
package struct AssignTeamAgent: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = TeamAssignment
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.assign-team-agent"
    package static let service = ServiceName.router
    package static let access = Access.supervisors
    package let principal: Principal
    package let teamID: TeamID
    package let id: TeamAssignmentID
    package let memberID: TeamMemberID
    package let agentID: AgentID?

    package init(principal: Principal, teamID: TeamID, id: TeamAssignmentID, memberID: TeamMemberID, agentID: AgentID? = nil) {
        self.principal = principal
        self.teamID = teamID
        self.id = id
        self.memberID = memberID
        self.agentID = agentID
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id
        case teamID = "team_id"
        case memberID = "member_id"
        case agentID = "agent_id"
    }
}

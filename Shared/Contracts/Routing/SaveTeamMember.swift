/// Adds a person to a team or changes what is given of a member.
package struct SaveTeamMember: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = TeamMember
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.save-team-member"
    package static let service = ServiceName.router
    package static let access = Access.supervisors
    package let principal: Principal
    package let teamID: TeamID
    package let id: TeamMemberID
    package let isNew: Bool
    package let userID: UserID?
    package let role: String?
    package let active: Bool?

    package init(
        principal: Principal, teamID: TeamID, id: TeamMemberID, isNew: Bool, userID: UserID? = nil, role: String? = nil, active: Bool? = nil
    ) {
        self.principal = principal
        self.teamID = teamID
        self.id = id
        self.isNew = isNew
        self.userID = userID
        self.role = role
        self.active = active
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id, role, active
        case teamID = "team_id"
        case isNew = "is_new"
        case userID = "user_id"
    }
}

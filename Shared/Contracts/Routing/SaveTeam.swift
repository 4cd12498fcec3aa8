/// Creates a team or changes what is given.
package struct SaveTeam: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Team
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.save-team"
    package static let service = ServiceName.router
    package static let access = Access.supervisors
    package let principal: Principal
    package let id: TeamID
    package let isNew: Bool
    package let name: String?
    package let sector: String?
    package let description: String?
    package let fallbackTeamID: TeamID?
    package let removesFallback: Bool

    package init(
        principal: Principal, id: TeamID, isNew: Bool, name: String? = nil, sector: String? = nil, description: String? = nil,
        fallbackTeamID: TeamID? = nil, removesFallback: Bool
    ) {
        self.principal = principal
        self.id = id
        self.isNew = isNew
        self.name = name
        self.sector = sector
        self.description = description
        self.fallbackTeamID = fallbackTeamID
        self.removesFallback = removesFallback
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id, name, sector, description
        case isNew = "is_new"
        case fallbackTeamID = "fallback_team_id"
        case removesFallback = "removes_fallback"
    }
}

/// Which members would help more in another team of their sector.
package struct SuggestTeamMoves: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = TeamMoves
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.suggest-team-moves"
    package static let service = ServiceName.router
    package static let access = Access.supervisors
    package let principal: Principal

    package init(principal: Principal) {
        self.principal = principal
    }

    private enum CodingKeys: String, CodingKey {
        case principal
    }
}

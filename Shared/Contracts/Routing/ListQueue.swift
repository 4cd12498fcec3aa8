/// Who waits, in the queue's order.
package struct ListQueue: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Page<QueueEntry>
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.list-queue"
    package static let service = ServiceName.router
    package static let access = Access.readers
    package let principal: Principal
    /// nil: all sectors.
    package let sector: String?
    /// nil: whoever waits, for a team or not.
    package let teamID: TeamID?
    package let limit: Int
    package let cursor: String?

    package init(principal: Principal, sector: String? = nil, teamID: TeamID? = nil, limit: Int, cursor: String? = nil) {
        self.principal = principal
        self.sector = sector
        self.teamID = teamID
        self.limit = limit
        self.cursor = cursor
    }

    private enum CodingKeys: String, CodingKey {
        case principal, sector, limit, cursor
        case teamID = "team_id"
    }
}

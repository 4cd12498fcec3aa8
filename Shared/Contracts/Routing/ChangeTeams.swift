/// Several changes in one transaction, in their order.
package struct ChangeTeams: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = TeamChanges
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.change-teams"
    package static let service = ServiceName.router
    package static let access = Access.supervisors
    package let principal: Principal
    package let operations: [TeamOperation]
    package let isAtomic: Bool

    package init(principal: Principal, operations: [TeamOperation], isAtomic: Bool) {
        self.principal = principal
        self.operations = operations
        self.isAtomic = isAtomic
    }

    private enum CodingKeys: String, CodingKey {
        case principal, operations
        case isAtomic = "is_atomic"
    }
}

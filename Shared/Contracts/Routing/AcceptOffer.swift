/// The asker takes what it was offered. Accepting again answers the assignment that stands.
package struct AcceptOffer: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Assignment
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.accept-offer"
    package static let service = ServiceName.router
    package static let access = Access.agents
    package let principal: Principal
    package let id: EntityID

    package init(principal: Principal, id: EntityID) {
        self.principal = principal
        self.id = id
    }
}

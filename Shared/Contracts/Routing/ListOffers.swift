/// What the asker is asked to take now.
package struct ListOffers: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Offers
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.list-offers"
    package static let service = ServiceName.router
    package static let access = Access.agents
    package let principal: Principal

    package init(principal: Principal) {
        self.principal = principal
    }
}

/// By which settings the router decides now.
package struct GetRoutingPolicy: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = RoutingPolicyInUse
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.get-routing-policy"
    package static let service = ServiceName.router
    package static let access = Access.readers
    package let principal: Principal

    package init(principal: Principal) {
        self.principal = principal
    }

    private enum CodingKeys: String, CodingKey {
        case principal
    }
}

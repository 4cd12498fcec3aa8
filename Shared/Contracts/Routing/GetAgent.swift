/// One agent.
package struct GetAgent: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = RoutingAgent
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.get-agent"
    package static let service = ServiceName.router
    package static let access = Access.readers
    package let principal: Principal
    package let id: AgentID

    package init(principal: Principal, id: AgentID) {
        self.principal = principal
        self.id = id
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id
    }
}

/// Takes the agent out of routing. Refused while it holds conversations.
package struct DeleteAgent: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Done
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.delete-agent"
    package static let service = ServiceName.router
    package static let access = Access.supervisors
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

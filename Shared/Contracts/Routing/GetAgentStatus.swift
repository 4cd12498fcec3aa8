/// The asker's own presence.
package struct GetAgentStatus: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Presence
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.get-agent-status"
    package static let service = ServiceName.router
    package static let access = Access.agents
    package let principal: Principal

    package init(principal: Principal) {
        self.principal = principal
    }

    private enum CodingKeys: String, CodingKey {
        case principal
    }
}

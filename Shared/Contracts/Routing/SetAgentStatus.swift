/// The asker's own status. Choosing `online` is a sign of life for 60 s.
package struct SetAgentStatus: BusRequest, Equatable {
    package typealias Reply = Presence
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.set-agent-status"
    package static let service = ServiceName.router
    package let principal: Principal
    package let status: AgentStatus

    package init(principal: Principal, status: AgentStatus) {
        self.principal = principal
        self.status = status
    }

    private enum CodingKeys: String, CodingKey {
        case principal, status
    }
}

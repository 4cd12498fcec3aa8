/// The asker's own status. Choosing `online` is a sign of life for 60 s. What a person chose stays until they choose again; a page says by
/// itself only that it opened (online) or was signed out of (offline), and that never replaces a choice.
package struct SetAgentStatus: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Presence
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.set-agent-status"
    package static let service = ServiceName.router
    package static let access = Access.agents
    package let principal: Principal
    package let status: AgentStatus
    /// False: said by a page and not by its agent. nil, and from an older gateway: chosen.
    package let chosen: Bool?

    package init(principal: Principal, status: AgentStatus, chosen: Bool? = nil) {
        self.principal = principal
        self.status = status
        self.chosen = chosen
    }

    private enum CodingKeys: String, CodingKey {
        case principal, status, chosen
    }
}

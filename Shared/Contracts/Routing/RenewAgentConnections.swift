/// Said by each gateway every 10 s for its live agent sockets, and at once when one opens or closes.
package struct RenewAgentConnections: BusRequest, AskedByAnyone, Equatable {
    package typealias Reply = Done
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.renew-agent-connections"
    package static let service = ServiceName.router
    /// The gateway process; its list replaces what it said before.
    package let gateway: EntityID
    package let agents: [ConnectedAgent]

    package init(gateway: EntityID, agents: [ConnectedAgent]) {
        self.gateway = gateway
        self.agents = agents
    }

    private enum CodingKeys: String, CodingKey {
        case gateway, agents
    }
}

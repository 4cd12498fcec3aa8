/// Which agent would get this work now. Claims nothing.
package struct SelectAgent: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = SelectedAgent
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.select-agent"
    package static let service = ServiceName.router
    package static let access = Access.readers
    package let principal: Principal
    package let sector: String?
    package let channel: Channel
    package let requiredCapabilities: [AgentCapability]
    package let preferredAgentID: AgentID?
    /// Only the agents of this team's active members, and the preferred one.
    package let teamID: TeamID?

    package init(
        principal: Principal, sector: String? = nil, channel: Channel, requiredCapabilities: [AgentCapability] = [],
        preferredAgentID: AgentID? = nil, teamID: TeamID? = nil
    ) {
        self.principal = principal
        self.sector = sector
        self.channel = channel
        self.requiredCapabilities = requiredCapabilities
        self.preferredAgentID = preferredAgentID
        self.teamID = teamID
    }

    private enum CodingKeys: String, CodingKey {
        case principal, sector, channel
        case requiredCapabilities = "required_capabilities"
        case preferredAgentID = "preferred_agent_id"
        case teamID = "team_id"
    }
}

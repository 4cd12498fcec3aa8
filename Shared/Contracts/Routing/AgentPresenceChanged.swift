/// An agent's status, load or capacity changed. Heard by: gateway (frame `presence`). Key: the agent.
package struct AgentPresenceChanged: Event, Equatable {
    package static let subject: Subject = "router.agent-presence-changed"
    package static let version: UInt16 = 1
    package static let audience = Audience.agents
    package let agentID: AgentID
    package let name: String
    package let status: AgentStatus
    package let load: Int
    package let capacity: Int

    package init(agentID: AgentID, name: String, status: AgentStatus, load: Int, capacity: Int) {
        self.agentID = agentID
        self.name = name
        self.status = status
        self.load = load
        self.capacity = capacity
    }

    private enum CodingKeys: String, CodingKey {
        case name, status, load, capacity
        case agentID = "agent_id"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(agentID, forKey: .agentID)
        try container.encode(name, forKey: .name)
        try container.encode(status, forKey: .status)
        try container.encode(load, forKey: .load)
        try container.encode(capacity, forKey: .capacity)
    }
}

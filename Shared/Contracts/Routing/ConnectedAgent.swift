/// An agent with at least one live socket at a gateway.
package struct ConnectedAgent: Codable, Sendable, Equatable {
    package let clientID: TenantID
    package let agentID: AgentID

    package init(clientID: TenantID, agentID: AgentID) {
        self.clientID = clientID
        self.agentID = agentID
    }

    private enum CodingKeys: String, CodingKey {
        case clientID = "client_id"
        case agentID = "agent_id"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(clientID, forKey: .clientID)
        try container.encode(agentID, forKey: .agentID)
    }
}

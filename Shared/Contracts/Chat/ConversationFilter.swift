/// Which conversations a list shows. Every given field must match.
package struct ConversationFilter: Codable, Sendable, Equatable {
    /// `mine`, `unassigned` or `all`.
    package let view: String?
    package let statuses: [ConversationStatus]
    package let channel: Channel?
    package let customerID: CustomerID?
    package let agentID: AgentID?
    /// Found in the subject, the customer's name or e-mail.
    package let text: String?
    /// `newest` (default) or `waiting`: longest waiting first.
    package let sort: String?

    package init(
        view: String? = nil, statuses: [ConversationStatus] = [], channel: Channel? = nil, customerID: CustomerID? = nil,
        agentID: AgentID? = nil, text: String? = nil, sort: String? = nil
    ) {
        self.view = view
        self.statuses = statuses
        self.channel = channel
        self.customerID = customerID
        self.agentID = agentID
        self.text = text
        self.sort = sort
    }

    private enum CodingKeys: String, CodingKey {
        case view, statuses, channel, text, sort
        case customerID = "customer_id"
        case agentID = "agent_id"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(view, forKey: .view)
        try container.encode(statuses, forKey: .statuses)
        try container.encode(channel, forKey: .channel)
        try container.encode(customerID, forKey: .customerID)
        try container.encode(agentID, forKey: .agentID)
        try container.encode(text, forKey: .text)
        try container.encode(sort, forKey: .sort)
    }
}

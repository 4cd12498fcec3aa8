/// An agent's presence as the agent sees it.
package struct Presence: Codable, Sendable, Equatable {
    package let id: AgentID
    package let name: String
    /// As chosen.
    package let status: AgentStatus
    /// Online only with a live socket, or within 60 s of the last one.
    package let effectiveStatus: AgentStatus
    /// Why no work comes, nil when it may.
    package let reason: String?
    package let load: Int
    package let capacity: Int

    package init(
        id: AgentID, name: String, status: AgentStatus, effectiveStatus: AgentStatus, reason: String? = nil, load: Int, capacity: Int
    ) {
        self.id = id
        self.name = name
        self.status = status
        self.effectiveStatus = effectiveStatus
        self.reason = reason
        self.load = load
        self.capacity = capacity
    }

    private enum CodingKeys: String, CodingKey {
        case id, name, status, reason, load, capacity
        case effectiveStatus = "effective_status"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
        try container.encode(status, forKey: .status)
        try container.encode(effectiveStatus, forKey: .effectiveStatus)
        try container.encode(reason, forKey: .reason)
        try container.encode(load, forKey: .load)
        try container.encode(capacity, forKey: .capacity)
    }
}

extension Presence: Described {
    package static let meaning = Meaning(
        "Presence", .answer, "Whether you take work.",
        fields: [
            Field("id", "You, as an agent."),
            Field("name", "What colleagues and customers see."),
            Field("status", "As chosen."),
            Field("effective_status", "Online only with a live socket, or within 60 s of the last one."),
            Field("reason", "Why no work comes."),
            Field("load", "Weight held now."),
            Field("capacity", "Weight that may be held at once; a conversation weighs 1 unless its channel has another weight."),
        ])
}

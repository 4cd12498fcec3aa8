import Foundation

/// Somebody, or something, that takes conversations of a sector.
package struct RoutingAgent: Codable, Sendable, Equatable {
    package let id: AgentID
    package let name: String
    /// `human` or `automated`.
    package let kind: String
    package let sector: String
    /// 0 to 10.
    package let priority: Int
    package let capabilities: [AgentCapability]
    /// Sum of channel weights it may hold at once.
    package let capacity: Int
    /// How much of it each channel may take at most; what is not named has no limit of its own.
    package let channelCapacities: [String: Int]?
    package let load: Int
    /// 0 to 1; nil without history.
    package let successRate: Double?
    package let meanHandlingSeconds: Double?
    package let status: AgentStatus
    package let active: Bool
    package let createdAt: Date

    package init(
        id: AgentID, name: String, kind: String, sector: String, priority: Int, capabilities: [AgentCapability], capacity: Int,
        channelCapacities: [String: Int] = [:], load: Int, successRate: Double? = nil, meanHandlingSeconds: Double? = nil,
        status: AgentStatus, active: Bool, createdAt: Date
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.sector = sector
        self.priority = priority
        self.capabilities = capabilities
        self.capacity = capacity
        self.channelCapacities = channelCapacities
        self.load = load
        self.successRate = successRate
        self.meanHandlingSeconds = meanHandlingSeconds
        self.status = status
        self.active = active
        self.createdAt = createdAt
    }

    private enum CodingKeys: String, CodingKey {
        case id, name, sector, priority, capabilities, capacity, load, status, active
        case kind = "type"
        case channelCapacities = "channel_capacities"
        case successRate = "success_rate"
        case meanHandlingSeconds = "mean_handling_seconds"
        case createdAt = "created_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
        try container.encode(kind, forKey: .kind)
        try container.encode(sector, forKey: .sector)
        try container.encode(priority, forKey: .priority)
        try container.encode(capabilities, forKey: .capabilities)
        try container.encode(capacity, forKey: .capacity)
        try container.encode(channelCapacities ?? [:], forKey: .channelCapacities)
        try container.encode(load, forKey: .load)
        try container.encode(successRate, forKey: .successRate)
        try container.encode(meanHandlingSeconds, forKey: .meanHandlingSeconds)
        try container.encode(status, forKey: .status)
        try container.encode(active, forKey: .active)
        try container.encode(createdAt, forKey: .createdAt)
    }
}

extension RoutingAgent: Described {
    package static let meaning = Meaning(
        "Agent", .answer, "Somebody, or something, that takes conversations of a sector.",
        fields: [
            Field("id", "Its id; a person's agent has the person's."),
            Field("name", "What colleagues and customers see."),
            Field("type", "A person, or a program.", .words(["human", "automated"])),
            Field("sector", "The part of the company that it belongs to."),
            Field("priority", "0 to 10; adds to the score with which agents compete.", .range(0, 10)),
            Field("capabilities", "What it can do, and how well."),
            Field("capacity", "Weight that may be held at once; a conversation weighs 1 unless its channel has another weight."),
            Field(
                "channel_capacities", "How much of the capacity each channel may take; what is not named has no limit of its own.",
                .each(.range(0, 1000))),
            Field("load", "Weight held now."),
            Field("success_rate", "Share of conversations that went well, 0 to 1; null without history."),
            Field("mean_handling_seconds", "Mean time from taking a conversation to its end; null without history."),
            Field("status", "Whether it takes work."),
            Field("active", "Whether it is switched on; otherwise it gets nothing, whatever its status."),
            Field("created_at", "When it was made."),
        ],
        list: .init("AgentPage", "Agents by name."))
}

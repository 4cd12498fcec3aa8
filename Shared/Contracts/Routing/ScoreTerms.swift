/// The terms of one candidate's score, added in this order as IEEE doubles. Contracts §7.
package struct ScoreTerms: Codable, Sendable, Equatable {
    package let successRate: Double
    package let priority: Double
    package let load: Double
    package let handlingTime: Double
    package let capabilities: Double
    /// What the agent's outcomes in this topic promise; 0 where the tenant has not switched it on, and in older decisions.
    package let learned: Double
    package let total: Double

    package init(
        successRate: Double, priority: Double, load: Double, handlingTime: Double, capabilities: Double, learned: Double = 0, total: Double
    ) {
        self.successRate = successRate
        self.priority = priority
        self.load = load
        self.handlingTime = handlingTime
        self.capabilities = capabilities
        self.learned = learned
        self.total = total
    }

    private enum CodingKeys: String, CodingKey {
        case priority, load, capabilities, learned, total
        case successRate = "success_rate"
        case handlingTime = "handling_time"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        successRate = try container.decode(Double.self, forKey: .successRate)
        priority = try container.decode(Double.self, forKey: .priority)
        load = try container.decode(Double.self, forKey: .load)
        handlingTime = try container.decode(Double.self, forKey: .handlingTime)
        capabilities = try container.decode(Double.self, forKey: .capabilities)
        learned = try container.decodeIfPresent(Double.self, forKey: .learned) ?? 0
        total = try container.decode(Double.self, forKey: .total)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(successRate, forKey: .successRate)
        try container.encode(priority, forKey: .priority)
        try container.encode(load, forKey: .load)
        try container.encode(handlingTime, forKey: .handlingTime)
        try container.encode(capabilities, forKey: .capabilities)
        try container.encode(learned, forKey: .learned)
        try container.encode(total, forKey: .total)
    }
}

extension ScoreTerms: Described {
    package static let meaning = Meaning(
        nil, .answer,
        fields: [
            Field("success_rate", "For what went well."),
            Field("priority", "For its priority."),
            Field("load", "For room that it has."),
            Field("handling_time", "For how soon it is done."),
            Field("capabilities", "For how well it can do what is needed."),
            Field("total", "The sum; the highest wins."),
            Field("learned", "What its outcomes in this topic promise; 0 where the company has not switched it on."),
        ])
}

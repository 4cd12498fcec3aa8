/// The terms of one candidate's score, added in this order as IEEE doubles. Contracts §7.
package struct ScoreTerms: Codable, Sendable, Equatable {
    package let successRate: Double
    package let priority: Double
    package let load: Double
    package let handlingTime: Double
    package let capabilities: Double
    package let total: Double

    package init(successRate: Double, priority: Double, load: Double, handlingTime: Double, capabilities: Double, total: Double) {
        self.successRate = successRate
        self.priority = priority
        self.load = load
        self.handlingTime = handlingTime
        self.capabilities = capabilities
        self.total = total
    }

    private enum CodingKeys: String, CodingKey {
        case priority, load, capabilities, total
        case successRate = "success_rate"
        case handlingTime = "handling_time"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(successRate, forKey: .successRate)
        try container.encode(priority, forKey: .priority)
        try container.encode(load, forKey: .load)
        try container.encode(handlingTime, forKey: .handlingTime)
        try container.encode(capabilities, forKey: .capabilities)
        try container.encode(total, forKey: .total)
    }
}

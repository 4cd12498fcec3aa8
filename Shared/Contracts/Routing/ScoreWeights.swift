/// What each factor of a score can give at most. Contracts §7 has the formula and the defaults.
package struct ScoreWeights: Codable, Sendable, Equatable {
    package var success: Double
    package var priority: Double
    package var load: Double
    package var handlingTime: Double
    /// For each matched capability.
    package var capability: Double

    package static let standard = ScoreWeights(success: 40, priority: 25, load: 20, handlingTime: 15, capability: 5)
    /// What success, priority, load and handling time give together.
    package static let sum = 100.0

    package init(success: Double, priority: Double, load: Double, handlingTime: Double, capability: Double) {
        self.success = success
        self.priority = priority
        self.load = load
        self.handlingTime = handlingTime
        self.capability = capability
    }

    private enum CodingKeys: String, CodingKey {
        case success, priority, load, capability
        case handlingTime = "handling_time"
    }
}

extension ScoreWeights: Described {
    package static let meaning = Meaning(
        "ScoreWeights", .both, "What each factor of a score can give at most. The first four add up to 100.",
        fields: [
            Field("success", "For what went well.", .range(0, 100)),
            Field("priority", "For the agent's priority.", .range(0, 100)),
            Field("load", "For room that the agent has.", .range(0, 100)),
            Field("handling_time", "For how soon the agent is done.", .range(0, 100)),
            Field("capability", "For each matched capability.", .range(0, 20)),
        ])
}

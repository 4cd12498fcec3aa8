/// How a tenant routes: the member `routing` of its business rules, and of the draft that a simulation tries.
/// What is left out has its default.
package struct RoutingSettings: Codable, Sendable, Equatable {
    package var weights: ScoreWeights
    /// How much of an agent's capacity a conversation takes, by channel; a channel that is not named takes 1.
    package var channelWeights: [String: Int]
    /// How long an agent may think about an offer, in seconds; nil: conversations are assigned at once, without asking.
    package var offerTimeoutSeconds: Int?
    /// How long a conversation waits for its preferred agent who is there but has no room, in seconds; then anybody may have it.
    package var preferredWaitSeconds: Int
    /// What is asked for less and less while a conversation waits, ascending by time.
    package var relaxation: [RelaxationStep]
    /// After how many seconds a conversation that nobody may have for want of skills goes to the agent of the highest priority who has
    /// room, whatever it lacks; nil: never.
    package var priorityFallbackSeconds: Int?
    /// How long an agent who went offline keeps open conversations before they are offered to others, in seconds; nil: for ever.
    package var offlineGraceSeconds: Int?
    /// What the learned recommendation can add to a score at most; 0: it is off.
    package var learnedWeight: Double
    /// Capability points count by measured success of the capability instead of one each.
    package var measuresCapabilities: Bool

    package static let standard = RoutingSettings()
    /// Five minutes: a customer is better answered by somebody who has to ask a colleague than by nobody.
    package static let standardPriorityFallbackSeconds = 300

    package init(
        weights: ScoreWeights = .standard, channelWeights: [String: Int] = [:], offerTimeoutSeconds: Int? = nil,
        preferredWaitSeconds: Int = 0, relaxation: [RelaxationStep] = [], priorityFallbackSeconds: Int? = standardPriorityFallbackSeconds,
        offlineGraceSeconds: Int? = nil, learnedWeight: Double = 0,
        measuresCapabilities: Bool = false
    ) {
        self.weights = weights
        self.channelWeights = channelWeights
        self.offerTimeoutSeconds = offerTimeoutSeconds
        self.preferredWaitSeconds = preferredWaitSeconds
        self.relaxation = relaxation
        self.priorityFallbackSeconds = priorityFallbackSeconds
        self.offlineGraceSeconds = offlineGraceSeconds
        self.learnedWeight = learnedWeight
        self.measuresCapabilities = measuresCapabilities
    }

    private enum CodingKeys: String, CodingKey {
        case weights, relaxation
        case channelWeights = "channel_weights"
        case offerTimeoutSeconds = "offer_timeout_seconds"
        case preferredWaitSeconds = "preferred_wait_seconds"
        case priorityFallbackSeconds = "priority_fallback_seconds"
        case offlineGraceSeconds = "offline_grace_seconds"
        case learnedWeight = "learned_weight"
        case measuresCapabilities = "measures_capabilities"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        weights = try container.decodeIfPresent(ScoreWeights.self, forKey: .weights) ?? .standard
        channelWeights = try container.decodeIfPresent([String: Int].self, forKey: .channelWeights) ?? [:]
        offerTimeoutSeconds = try container.decodeIfPresent(Int.self, forKey: .offerTimeoutSeconds)
        preferredWaitSeconds = try container.decodeIfPresent(Int.self, forKey: .preferredWaitSeconds) ?? 0
        relaxation = try container.decodeIfPresent([RelaxationStep].self, forKey: .relaxation) ?? []
        priorityFallbackSeconds =
            container.contains(.priorityFallbackSeconds)
            ? try container.decodeIfPresent(Int.self, forKey: .priorityFallbackSeconds) : Self.standardPriorityFallbackSeconds
        offlineGraceSeconds = try container.decodeIfPresent(Int.self, forKey: .offlineGraceSeconds)
        learnedWeight = try container.decodeIfPresent(Double.self, forKey: .learnedWeight) ?? 0
        measuresCapabilities = try container.decodeIfPresent(Bool.self, forKey: .measuresCapabilities) ?? false
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(weights, forKey: .weights)
        try container.encode(channelWeights, forKey: .channelWeights)
        try container.encode(offerTimeoutSeconds, forKey: .offerTimeoutSeconds)
        try container.encode(preferredWaitSeconds, forKey: .preferredWaitSeconds)
        try container.encode(relaxation, forKey: .relaxation)
        // Left out where it is the standard: what was written before there was one reads as it did, and is the same.
        if priorityFallbackSeconds != Self.standardPriorityFallbackSeconds {
            try container.encode(priorityFallbackSeconds, forKey: .priorityFallbackSeconds)
        }
        try container.encode(offlineGraceSeconds, forKey: .offlineGraceSeconds)
        try container.encode(learnedWeight, forKey: .learnedWeight)
        try container.encode(measuresCapabilities, forKey: .measuresCapabilities)
    }
}

extension RoutingSettings: Described {
    package static let meaning = Meaning(
        "RoutingSettings", .both, "How a company routes. What is left out has its default.",
        fields: [
            Field("weights", "What each factor of a score can give at most."),
            Field(
                "channel_weights", "How much of an agent's capacity a conversation takes, by channel; 1 where nothing is named.",
                .keys(Channel.allCases.map(\.rawValue)), .each(.range(1, 10))),
            Field(
                "offer_timeout_seconds", "How long an agent may think about an offer; null: conversations are assigned without asking.",
                .range(5, 600), .orNull),
            Field("preferred_wait_seconds", "How long a conversation waits for its preferred agent who has no room.", .range(0, 86400)),
            Field("relaxation", "What is asked for less and less while a conversation waits, ascending by time.", .count(0, 10)),
            Field(
                "priority_fallback_seconds",
                "After how long a conversation that nobody may have for want of skills goes to the agent of the highest priority who has room; null: never. Left out where it is 300.",
                .range(0, 86400), .standard(300), .orNull),
            Field(
                "offline_grace_seconds", "How long an agent who went offline keeps conversations; null: for ever.", .range(0, 86400),
                .orNull),
            Field("learned_weight", "What the learned recommendation can add to a score at most; 0: it is off.", .range(0, 20)),
            Field("measures_capabilities", "Capability points count by measured success instead of one each."),
        ])
}

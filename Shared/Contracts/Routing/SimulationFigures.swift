/// How a period went, or would have gone: the same figures computed in the same way, so that they can be put side by side.
package struct SimulationFigures: Codable, Sendable, Equatable {
    /// Those that somebody got or that waited in vain.
    package let conversations: Int
    /// Half of them waited no longer. Nil without conversations.
    package let waitSecondsP50: Double?
    package let waitSecondsP90: Double?
    /// Of all, those that somebody got within ``targetSeconds``. 0 to 1; nil without conversations.
    package let slaMetShare: Double?
    /// Weight held, over the whole period and all agents who were seen in it. Nil without agents.
    package let loadMean: Double?
    /// The most that one agent held at one moment.
    package let loadMax: Int
    /// Jain's index of the conversations by agent: 1 when all got as many, 1/n when one of n got all. Nil without conversations.
    package let fairness: Double?

    /// Seconds within which somebody is to have a conversation.
    package static let targetSeconds = 60.0

    package init(
        conversations: Int, waitSecondsP50: Double?, waitSecondsP90: Double?, slaMetShare: Double?, loadMean: Double?, loadMax: Int,
        fairness: Double?
    ) {
        self.conversations = conversations
        self.waitSecondsP50 = waitSecondsP50
        self.waitSecondsP90 = waitSecondsP90
        self.slaMetShare = slaMetShare
        self.loadMean = loadMean
        self.loadMax = loadMax
        self.fairness = fairness
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(conversations, forKey: .conversations)
        try container.encode(waitSecondsP50, forKey: .waitSecondsP50)
        try container.encode(waitSecondsP90, forKey: .waitSecondsP90)
        try container.encode(slaMetShare, forKey: .slaMetShare)
        try container.encode(loadMean, forKey: .loadMean)
        try container.encode(loadMax, forKey: .loadMax)
        try container.encode(fairness, forKey: .fairness)
    }

    private enum CodingKeys: String, CodingKey {
        case conversations, fairness
        case waitSecondsP50 = "wait_seconds_p50"
        case waitSecondsP90 = "wait_seconds_p90"
        case slaMetShare = "sla_met_share"
        case loadMean = "load_mean"
        case loadMax = "load_max"
    }
}

extension SimulationFigures: Described {
    package static let meaning = Meaning(
        "SimulationFigures", .answer, "How a period went, or would have gone.",
        fields: [
            Field("conversations", "How many there were.", .from(0)),
            Field("wait_seconds_p50", "Half of them waited no longer; whom nobody took waited until the end. Null without conversations."),
            Field("wait_seconds_p90", "Nine of ten waited no longer; as above."),
            Field("sla_met_share", "Of all, those that somebody had within 60 seconds."),
            Field("load_mean", "Weight held, over the period and all agents seen in it."),
            Field("load_max", "The most weight that one agent held.", .from(0)),
            Field("fairness", "Jain's index of the conversations by agent: 1 when all got as many."),
        ])
}

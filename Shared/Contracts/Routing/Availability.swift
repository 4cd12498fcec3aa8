/// Agents that are online, and how long one waits.
package struct Availability: Codable, Sendable, Equatable {
    package let onlineAgentCount: Int
    package let waitingCount: Int
    package let estimatedWaitSeconds: Int?

    package init(onlineAgentCount: Int, waitingCount: Int, estimatedWaitSeconds: Int? = nil) {
        self.onlineAgentCount = onlineAgentCount
        self.waitingCount = waitingCount
        self.estimatedWaitSeconds = estimatedWaitSeconds
    }

    private enum CodingKeys: String, CodingKey {
        case onlineAgentCount = "online_agent_count"
        case waitingCount = "waiting_count"
        case estimatedWaitSeconds = "estimated_wait_seconds"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(onlineAgentCount, forKey: .onlineAgentCount)
        try container.encode(waitingCount, forKey: .waitingCount)
        try container.encode(estimatedWaitSeconds, forKey: .estimatedWaitSeconds)
    }
}

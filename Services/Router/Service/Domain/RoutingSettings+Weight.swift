import Contracts

extension RoutingSettings {
    /// Whether what waited so many seconds for capabilities goes to the agent of the highest priority.
    func fallsBack(after seconds: Double) -> Bool { priorityFallbackSeconds.map { seconds >= Double($0) } ?? false }

    /// How much of an agent's capacity a conversation of this channel takes.
    package func weight(of channel: Channel) -> Int {
        let range = Self.channelWeightRange
        return min(max(channelWeights[channel.rawValue] ?? 1, range.lowerBound), range.upperBound)
    }
}

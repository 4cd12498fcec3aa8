import Contracts
import Foundation

/// One conversation of a past period as the router's own decisions tell of it.
package struct PastWork: Sendable, Equatable {
    package let conversation: ConversationID
    /// When it began to wait.
    package let arrivedAt: Date
    /// When the router first looked at it, or looked again after it came back: before, it could go to nobody, whatever the policy.
    package let enteredAt: Date
    /// When somebody got it.
    package let startedAt: Date
    /// When that ended; after the period, or never yet: the period's end.
    package let endedAt: Date
    /// Who got it.
    package let agent: AgentID
    /// A person chose the agent: that is kept, whatever the policy.
    package let isByHand: Bool
    package let channel: Channel
    /// 0 to 10.
    package let priority: Int
    package let work: RoutingWork
    /// Whom the decision looked at.
    package let asked: [AgentID]

    package init(
        conversation: ConversationID, arrivedAt: Date, enteredAt: Date, startedAt: Date, endedAt: Date, agent: AgentID, isByHand: Bool,
        channel: Channel, priority: Int, work: RoutingWork, asked: [AgentID]
    ) {
        self.conversation = conversation
        self.arrivedAt = arrivedAt
        self.enteredAt = enteredAt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.agent = agent
        self.isByHand = isByHand
        self.channel = channel
        self.priority = priority
        self.work = work
        self.asked = asked
    }
}

/// How an agent stood when a decision looked at it.
package struct SeenAgent: Sendable, Equatable {
    package let at: Date
    package let candidate: Candidate

    package init(at: Date, candidate: Candidate) {
        self.at = at
        self.candidate = candidate
    }

    /// Whether it stands otherwise, apart from what it holds, which the simulation counts itself.
    func differs(from other: SeenAgent) -> Bool {
        candidate.holding(0, [:], since: nil) != other.candidate.holding(0, [:], since: nil)
    }
}

extension Candidate {
    /// - Parameter channelLoads: of every channel; those are kept that have a limit.
    func holding(_ load: Int, _ channelLoads: [String: Int], since lastAssignedAt: Date?) -> Candidate {
        var copy = self
        copy.load = load
        copy.channelLoads = channelLoads.filter { channelCapacities[$0.key] != nil && $0.value != 0 }
        copy.lastAssignedAt = lastAssignedAt
        return copy
    }
}

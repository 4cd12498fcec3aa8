import Contracts

/// Which conversations a turn must know.
package enum ItemSelection: Sendable, Hashable {
    case conversations([ConversationID])
    case offered(to: [AgentID])
    case held(by: [AgentID])
    /// Held or on offer.
    case taken(from: TeamID)
    /// At most ``QueueTurn/firedMax``, in the queue's order.
    case waiting(for: [TeamID])
}

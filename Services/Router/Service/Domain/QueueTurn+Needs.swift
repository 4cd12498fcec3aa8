import Contracts

extension QueueTurn {
    /// What a turn reads at first besides those of the tenant's agents that changed.
    struct Needs: Sendable {
        let tenant: TenantID
        var conversations: Set<ConversationID> = []
        /// Read even if they did not change, for their connections, or were taken out of routing.
        var agents: Set<AgentID> = []
        /// Whose conversations are read too.
        var conversationsOf: Set<AgentID> = []
        var traceparent: String?
    }
}

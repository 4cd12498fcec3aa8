import Contracts
import Foundation

/// What is read with the queue's lock, before a turn decides anything.
package struct TurnBasis: Sendable {
    package let tenant: TenantID
    /// See ``QueueTurn/now``.
    package let now: Date
    /// See ``QueueTurn/clock``.
    package let clock: Date
    package let rules: RoutingRules
    package let view: AgentView
    /// Agents asked for by id that were taken out of routing.
    package let deleted: [AgentRecord]
    package let items: [WorkItem]
    package let traceparent: String?

    package init(
        tenant: TenantID, now: Date, clock: Date, rules: RoutingRules, view: AgentView, deleted: [AgentRecord] = [],
        items: [WorkItem] = [], traceparent: String? = nil
    ) {
        self.tenant = tenant
        self.now = now
        self.clock = clock
        self.rules = rules
        self.view = view
        self.deleted = deleted
        self.items = items
        self.traceparent = traceparent
    }
}

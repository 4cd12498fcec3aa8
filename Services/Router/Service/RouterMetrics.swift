import ServiceKit

/// What the router counts.
struct RouterMetrics: Sendable {
    let assigned: Counter
    let queued: Counter
    /// Must stay 0: a conversation that the sweep had to find was forgotten by the transaction that freed its agent.
    let sweepFound: Counter
    let queuePlaces: Counter
    /// What turns cost: with agents known in memory, a few rows each.
    let agentRowsRead: Counter
    let candidatesExamined: Counter
    let agentsKnown: Gauge
    /// Must stay 0: a claim that the database refused, although the turn that made it had seen room.
    let claimsRefused: Counter
    /// Must stay 0: agents that hold more than they may, as far as ``LedgerWatch`` has seen.
    let agentsOverCapacity: Gauge
    /// Must stay 0: agents whose load is not the sum of what they hold.
    let agentsOffLedger: Gauge

    init(_ registry: MetricsRegistry) {
        assigned = registry.counter("router_assignments_total", "Conversations given to an agent, by routing or by a person.")
        queued = registry.counter("router_queued_total", "Decisions that left a conversation waiting.")
        sweepFound = registry.counter("router_sweep_found_total", "Conversations that only the sweep drained; should stay 0.")
        queuePlaces = registry.counter("router_queue_places_total", "Queue places told to waiting customers.")
        agentRowsRead = registry.counter(
            "router_agent_rows_read_total", "Rows of agents read by turns: those that changed, or all of a company not known.")
        candidatesExamined = registry.counter(
            "router_candidates_examined_total", "Agents that decisions looked at one by one, because they had room for something.")
        agentsKnown = registry.gauge("router_agents_known", "Agents kept in memory.")
        claimsRefused = registry.counter(
            "router_claims_refused_total", "Claims that the database's conditions refused and that were rolled back; should stay 0.")
        agentsOverCapacity = registry.gauge("router_agents_over_capacity", "Agents that hold more than they may; should stay 0.")
        agentsOffLedger = registry.gauge(
            "router_agents_off_ledger", "Agents whose load is not the sum of their open assignments and offers; should stay 0.")
    }
}

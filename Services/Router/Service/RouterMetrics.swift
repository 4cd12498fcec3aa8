import ServiceKit

/// What the router counts.
struct RouterMetrics: Sendable {
    let assigned: Counter
    let queued: Counter
    /// Must stay 0: a conversation that the sweep had to find was forgotten by the transaction that freed its agent.
    let sweepFound: Counter
    let queuePlaces: Counter

    init(_ registry: MetricsRegistry) {
        assigned = registry.counter("router_assignments_total", "Conversations given to an agent, by routing or by a person.")
        queued = registry.counter("router_queued_total", "Decisions that left a conversation waiting.")
        sweepFound = registry.counter("router_sweep_found_total", "Conversations that only the sweep drained; should stay 0.")
        queuePlaces = registry.counter("router_queue_places_total", "Queue places told to waiting customers.")
    }
}

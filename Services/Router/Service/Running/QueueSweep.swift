import Contracts
import ServiceKit
import Storage

/// Looks for waiting conversations although somebody has room. Every change drains by itself, so this finds nothing; what it
/// finds is counted, because it is a fault of ours.
package struct QueueSweep: Sendable {
    let desk: RoutingDesk
    let metrics: RouterMetrics
    let setAside: SetAside

    /// - Returns: how many conversations it had to hand out.
    @discardableResult
    package func sweep() async throws -> Int {
        var found = 0
        try await TenantPages(database: desk.database) { "router.tenants_with_waiting_work(\($0), \($1))" }.forEach { tenant in
            found += try await setAside.attempt(["client_id": "\(tenant)"]) { try await sweep(tenant) } ?? 0
        }
        metrics.sweepFound.add(found)
        return found
    }

    private func sweep(_ tenant: TenantID) async throws -> Int {
        try await desk.turn(QueueTurn.Needs(tenant: tenant)) { turn in
            // Whoever came online a moment ago, or what became due just now, unnoticed so far, is not forgotten work.
            try turn.agents.touched.values.allSatisfy { $0.announced.status == $0.effectiveStatus } && !turn.hasDueTimers()
        } reply: { turn, wasNoticed in
            wasNoticed ? turn.drainedCount : 0
        }
    }
}

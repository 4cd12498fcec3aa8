import Contracts
import Foundation
import Storage

/// Looks for waiting conversations although somebody has room. Every change drains by itself, so this finds nothing; what it
/// finds is counted, because it is a fault of ours.
package struct QueueSweep: Sendable {
    /// Tenants asked for at once.
    static let pageSize = 500

    let desk: RoutingDesk
    let metrics: RouterMetrics

    /// - Returns: how many conversations it had to hand out.
    @discardableResult
    package func sweep() async throws -> Int {
        var found = 0
        var after = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        while true {
            let rows = try await desk.database.query(
                .none, "SELECT client_id FROM router.tenants_with_waiting_work(\(after), \(Int32(Self.pageSize))) AS client_id ORDER BY 1")
            let tenants: [TenantID] = try rows.map { try $0["client_id"] }
            for tenant in tenants {
                found += try await desk.turn(QueueTurn.Needs(tenant: tenant)) { turn in
                    // Whoever came online a moment ago, or what became due just now, unnoticed so far, is not forgotten work.
                    let wasNoticed =
                        try turn.agents.touched.values.allSatisfy { $0.announced.status == $0.effectiveStatus } && !turn.hasDueTimers()
                    try turn.drain()
                    return wasNoticed ? turn.drainedCount : 0
                }
            }
            guard tenants.count == Self.pageSize, let last = tenants.last else { break }
            after = last.uuid
        }
        metrics.sweepFound.add(found)
        return found
    }
}

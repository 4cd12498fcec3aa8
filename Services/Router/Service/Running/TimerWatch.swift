import Contracts
import Foundation
import Storage

/// Fires what is due. The timers stand in the database, so they survive restarts; they fire under the tenant's queue, so once.
package struct TimerWatch: Sendable {
    /// Timers looked at per round, to find their tenants; the rest follows in the next round.
    static let dueMax = 1000
    /// Turns for one tenant per round, each with at most ``QueueTurn/firedMax`` timers: one tenant's many do not keep the others'.
    static let turnsMax = 10

    let desk: RoutingDesk

    /// - Returns: for how many tenants something was due.
    @discardableResult
    package func look() async throws -> Int {
        let ahead = desk.conditions.secondsAhead()
        let rows = try await desk.database.query(
            .none,
            """
            SELECT client_id FROM router.tenants_with_due_timers(
                clock_timestamp() + make_interval(secs => \(ahead)), \(Int32(Self.dueMax))) AS client_id
            """)
        let tenants: [TenantID] = try rows.map { try $0["client_id"] }
        for tenant in tenants.sorted() {
            for _ in 0..<Self.turnsMax {
                guard try await desk.turn(QueueTurn.Needs(tenant: tenant), { try $0.fireTimers() }) else { break }
            }
        }
        return tenants.count
    }
}

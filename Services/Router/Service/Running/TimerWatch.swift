import Contracts
import Foundation
import ServiceKit
import Storage

/// Fires what is due. The timers stand in the database, so they survive restarts; they fire under the tenant's queue, so once.
package struct TimerWatch: Sendable {
    /// Turns for one tenant per round, each with at most ``QueueTurn/firedMax`` timers: one tenant's many do not keep the others'.
    static let turnsMax = 10

    let desk: RoutingDesk
    let setAside: SetAside

    /// - Returns: for how many tenants something was due.
    @discardableResult
    package func look() async throws -> Int {
        let ahead = desk.conditions.secondsAhead()
        return try await TenantPages(database: desk.database) {
            "router.tenants_with_due_timers(clock_timestamp() + make_interval(secs => \(ahead)), \($0), \($1))"
        }.forEach { try await fire($0, ahead: ahead) }
    }

    /// Half as many at a time where some of them fail, down to one, which is put off. If the next one fails too, it is the tenant's whole
    /// queue that cannot be worked on, and all of its timers are.
    private func fire(_ tenant: TenantID, ahead: Double) async throws {
        var count = QueueTurn.firedMax
        var hasPutOff = false
        for _ in 0..<Self.turnsMax {
            do {
                let atOnce = count
                guard try await desk.turn(QueueTurn.Needs(tenant: tenant), { try $0.fireTimers(max: atOnce) }) else { return }
            } catch  where !SetAside.concernsEverything(error) {
                guard count == 1 else {
                    count /= 2
                    continue
                }
                setAside.note(error, ["client_id": "\(tenant)"])
                try await putOff(hasPutOff ? Int.max : 1, of: tenant, ahead: ahead)
                guard !hasPutOff else { return }
                hasPutOff = true
            }
        }
    }

    /// The first ones, in the order in which they fire.
    private func putOff(_ count: Int, of tenant: TenantID, ahead: Double) async throws {
        _ = try await desk.database.query(
            .tenant(tenant),
            """
            UPDATE router.timers SET due_at = clock_timestamp() + make_interval(secs => \(ahead + SetAside.pauseSeconds))
             WHERE client_id = \(tenant) AND (kind, subject_id) IN (
                    SELECT kind, subject_id FROM router.timers
                     WHERE client_id = \(tenant) AND due_at <= clock_timestamp() + make_interval(secs => \(ahead))
                     ORDER BY due_at, kind, subject_id LIMIT \(count))
            """)
    }
}

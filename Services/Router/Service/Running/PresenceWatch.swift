import Contracts
import Storage

/// Says what time alone changed: a minute after its last socket an agent is offline. Decisions do not wait for this; they look
/// at the expiry itself.
package struct PresenceWatch: Sendable {
    /// Tenants looked after per round; the rest follow in the next.
    static let tenantsMax = 500

    let desk: RoutingDesk

    /// - Returns: how many tenants had something to say.
    @discardableResult
    package func look() async throws -> Int {
        let rows = try await desk.database.query(
            .none, "SELECT client_id FROM router.tenants_with_stale_presence(\(Int32(Self.tenantsMax))) AS client_id")
        let tenants: [TenantID] = try rows.map { try $0["client_id"] }
        for tenant in tenants.sorted() {
            // Every turn announces what changed, and gives work to whoever came.
            _ = try await desk.turn(QueueTurn.Needs(tenant: tenant)) { _ in Done() }
        }
        return tenants.count
    }
}

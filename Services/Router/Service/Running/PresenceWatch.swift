import Contracts
import Storage

/// Says what time alone changed: a minute after its last socket an agent is offline. Decisions do not wait for this; they look
/// at the expiry itself.
package struct PresenceWatch: Sendable {
    /// Tenants looked after per round; the rest follow in the next.
    static let tenantsMax = 500
    /// A tenant's agents looked after in one turn; the rest follow in the next round.
    static let agentsMax = 10_000

    let desk: RoutingDesk

    /// - Returns: how many tenants had something to say.
    @discardableResult
    package func look() async throws -> Int {
        let rows = try await desk.database.query(
            .none, "SELECT client_id FROM router.tenants_with_stale_presence(\(Int32(Self.tenantsMax))) AS client_id")
        let tenants: [TenantID] = try rows.map { try $0["client_id"] }
        for tenant in tenants.sorted() {
            // Every turn announces what changed of those it was told to look at, and gives work to whoever came.
            let stale = try await stale(of: tenant)
            _ = try await desk.turn(QueueTurn.Needs(tenant: tenant, agents: stale)) { _ in Done() }
        }
        return tenants.count
    }

    /// As `tenants_with_stale_presence` finds their tenants.
    private func stale(of tenant: TenantID) async throws -> Set<AgentID> {
        Set(
            try await desk.database.query(
                .tenant(tenant),
                """
                SELECT a.id FROM router.sector_agents a
                 WHERE a.client_id = \(tenant) AND (a.status = 'online' OR a.announced_status = 'online') AND a.deleted_at IS NULL
                   AND (a.announced_status = 'online') <> (a.status = 'online' AND \(AgentRecord.isPresent))
                 LIMIT \(Self.agentsMax)
                """
            ).map { try $0["id"] })
    }
}

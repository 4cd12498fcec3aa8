import Contracts
import ServiceKit
import Storage

/// Says what time alone changed: a minute after its last socket an agent is offline. Decisions do not wait for this; they look
/// at the expiry itself.
package struct PresenceWatch: Sendable {
    /// A tenant's agents looked after in one turn; the rest follow in the next round.
    static let agentsMax = 10_000

    let desk: RoutingDesk
    let setAside: SetAside

    /// - Returns: how many tenants had something to say.
    @discardableResult
    package func look() async throws -> Int {
        try await TenantPages(database: desk.database) { "router.tenants_with_stale_presence(\($0), \($1))" }.forEach { tenant in
            _ = try await setAside.attempt(["client_id": "\(tenant)"]) {
                // Every turn announces what changed of those it was told to look at, and gives work to whoever came.
                let stale = try await stale(of: tenant)
                return try await desk.turn(QueueTurn.Needs(tenant: tenant, agents: stale)) { _ in Done() }
            }
        }
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

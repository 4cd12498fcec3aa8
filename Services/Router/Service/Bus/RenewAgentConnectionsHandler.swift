import Bus
import Contracts
import Foundation
import ServiceKit
import Storage

/// A gateway's live sockets count for a minute from now. Those it names no more lapse a minute after their last renewal: a page
/// that reloads does not make its agent come and go.
struct RenewAgentConnectionsHandler: RequestHandler {
    /// Agents that one gateway may name. Its sockets are fewer.
    static let agentsMax = 50_000
    /// Lapsed connections removed per renewal and tenant; gateways that ended leave theirs behind.
    static let removedMax = 100

    let desk: RoutingDesk
    let setAside: SetAside

    func answer(_ request: RenewAgentConnections, context: RequestContext) async throws -> Done {
        guard request.agents.count <= Self.agentsMax else {
            throw RoutingError.fieldInvalid(field: "agents", detail: "has more than \(Self.agentsMax) entries")
        }
        for (tenant, agents) in Dictionary(grouping: request.agents, by: \.clientID).sorted(by: { $0.key < $1.key }) {
            _ = try await setAside.attempt(["client_id": "\(tenant)"]) {
                let ids = Set(agents.map(\.agentID)).sorted()
                let came = try await desk.retrying { try await renew(ids, of: tenant, gateway: request.gateway) }
                guard !came.isEmpty else { return }
                // In a transaction of its own: the queue's lock comes before every row.
                _ = try await desk.turn(QueueTurn.Needs(tenant: tenant, agents: came, traceparent: context.traceparent)) { _ in Done() }
            }
        }
        return Done()
    }

    /// - Returns: who chose "online", is there now, and was not, as far as colleagues know.
    private func renew(_ ids: [AgentID], of tenant: TenantID, gateway: EntityID) async throws -> Set<AgentID> {
        let rows = try await desk.database.pipeline(
            .tenant(tenant),
            [
                "SELECT clock_timestamp() + make_interval(secs => \(AgentPresence.graceSeconds)) AS until",
                """
                INSERT INTO router.agent_connections AS c (client_id, agent_id, gateway, expires_at)
                SELECT \(tenant), id, \(gateway), clock_timestamp() + make_interval(secs => \(AgentPresence.graceSeconds))
                  FROM unnest(\(ids)) AS id ORDER BY id
                ON CONFLICT (client_id, agent_id, gateway) DO UPDATE SET expires_at = greatest(c.expires_at, excluded.expires_at)
                """,
                """
                DELETE FROM router.agent_connections
                 WHERE (client_id, agent_id, gateway) IN (
                        SELECT client_id, agent_id, gateway FROM router.agent_connections
                         WHERE client_id = \(tenant) AND expires_at < clock_timestamp() - interval '10 minutes'
                         LIMIT \(Self.removedMax) FOR UPDATE SKIP LOCKED)
                """,
                """
                SELECT id FROM router.sector_agents
                 WHERE client_id = \(tenant) AND id = ANY(\(ids)) AND status = 'online' AND announced_status <> 'online'
                   AND deleted_at IS NULL AND NOT suspended
                """,
            ])
        desk.views.extend(ids, of: tenant, until: try rows[0][0]["until"])
        return Set(try rows[3].map { try $0["id"] as AgentID })
    }
}

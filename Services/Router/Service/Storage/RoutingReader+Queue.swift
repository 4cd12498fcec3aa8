import Contracts
import Foundation
import Storage

extension RoutingReader {
    /// The queue in its order, with what is on offer.
    func queue(
        of tenant: TenantID, sector: String?, team: TeamID?, limit: Int, after: QueuePosition?
    ) async throws -> (items: [QueueEntry], hasMore: Bool) {
        let ofSector: SQL = sector.map { " AND w.sector = \($0)" } ?? ""
        let ofTeam: SQL = team.map { " AND w.team_id = \($0)" } ?? ""
        let position: SQL =
            after.map {
                " AND (w.rank, w.waiting_since, w.conversation_id) > (\(10 - $0.priority), \($0.waitingSince), \($0.conversation))"
            } ?? ""
        let rows = try await database.pipeline(
            .tenant(tenant),
            [
                """
                SELECT w.conversation_id, w.channel, w.sector, w.team_id, w.priority, w.waiting_since, w.offered_agent_id,
                       w.offer_expires_at, a.name AS offered_name,
                       (SELECT count(*) FROM (
                            SELECT FROM router.work_items o
                             WHERE o.client_id = w.client_id AND o.sector = w.sector AND o.status IN ('waiting', 'offered')
                               AND (o.rank, o.waiting_since, o.conversation_id) <= (w.rank, w.waiting_since, w.conversation_id)
                             LIMIT \(Self.placesMax)) AS ahead) AS position
                  FROM router.work_items w
                  LEFT JOIN router.sector_agents a ON a.client_id = w.client_id AND a.id = w.offered_agent_id
                 WHERE w.client_id = \(tenant) AND w.status IN ('waiting', 'offered')\(ofSector)\(ofTeam)\(position)
                 ORDER BY w.rank, w.waiting_since, w.conversation_id LIMIT \(limit + 1)
                """, Self.paceStatement(tenant),
            ])
        let pace = try Self.pace(rows[1])
        let page = rows[0].page(limit: limit)
        let items = try page.rows.map { row in
            let place: Int = try row["position"]
            let agent: AgentID? = try row["offered_agent_id"]
            let name: String? = try row["offered_name"]
            return QueueEntry(
                sessionID: try row["conversation_id"], channel: Channel(rawValue: try row["channel"]), sector: try row["sector"],
                teamID: try row["team_id"], priority: try row["priority"], position: place, waitingSince: try row["waiting_since"],
                estimatedWaitSeconds: pace.map { Int(saturating: ($0 * Double(place)).rounded(.up)) },
                offeredTo: agent.map { AgentSummary(id: $0, name: name ?? "") }, offerExpiresAt: try row["offer_expires_at"])
        }
        return (items, page.hasMore)
    }

    /// What this agent is asked to take, earliest end first.
    func offers(to agent: AgentID, of tenant: TenantID) async throws -> [Offer] {
        try await database.query(
            .tenant(tenant),
            """
            SELECT o.id, o.conversation_id, w.channel, w.priority, o.offered_at, o.expires_at
              FROM router.offers o
              JOIN router.work_items w ON w.client_id = o.client_id AND w.conversation_id = o.conversation_id
             WHERE o.client_id = \(tenant) AND o.agent_id = \(agent) AND o.state = 'offered'
             ORDER BY o.expires_at, o.id LIMIT \(AgentRecord.capacityMax)
            """
        ).map { row in
            Offer(
                id: try row["id"], sessionID: try row["conversation_id"], channel: Channel(rawValue: try row["channel"]),
                priority: try row["priority"], offeredAt: try row["offered_at"], expiresAt: try row["expires_at"])
        }
    }
}

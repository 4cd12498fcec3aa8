import Contracts
import Foundation
import Storage

/// Questions that change nothing and lock nothing.
package struct RoutingReader: Sendable {
    /// Places counted at most; further behind, the place is said to be this one.
    static let placesMax = 1000
    /// Online agents and waiting conversations counted at most.
    static let countMax = 10_000
    /// Conversations that waited and were given to somebody within this time say how fast the queue moves.
    static let rateWindowSeconds = 600.0
    static let rateSampleMax = 200
    /// Less than this is too short a time to know a rate by. Seconds.
    static let rateSpanMin = 60.0

    let database: Database

    package func agent(_ id: AgentID, of tenant: TenantID) async throws -> AgentRecord? {
        try await database.query(
            .tenant(tenant),
            "SELECT \(AgentRecord.columns) FROM router.sector_agents a WHERE a.client_id = \(tenant) AND a.id = \(id) AND a.deleted_at IS NULL"
        ).first.map(AgentRecord.init)
    }

    /// By name, after one of them.
    package func agents(
        of tenant: TenantID, sector: String?, limit: Int, after: (name: String, id: AgentID)?
    ) async throws -> (items: [AgentRecord], hasMore: Bool) {
        let ofSector: SQL = sector.map { " AND a.sector = \($0)" } ?? ""
        let position: SQL = after.map { " AND (a.name, a.id) > (\($0.name), \($0.id))" } ?? ""
        let page = try await database.query(
            .tenant(tenant),
            """
            SELECT \(AgentRecord.columns) FROM router.sector_agents a
             WHERE a.client_id = \(tenant) AND a.deleted_at IS NULL\(ofSector)\(position)
             ORDER BY a.name, a.id LIMIT \(limit + 1)
            """
        ).page(limit: limit)
        return (try page.rows.map(AgentRecord.init), page.hasMore)
    }

    /// Everybody that a decision could look at.
    /// - Parameter learning: whether the policy looks at outcomes.
    func candidates(of tenant: TenantID, learning: Bool) async throws -> [Candidate] {
        try await database.query(
            .tenant(tenant),
            "SELECT \(AgentRecord.columns) FROM router.sector_agents a WHERE a.client_id = \(tenant) AND a.deleted_at IS NULL"
        ).map { row in
            let agent = try AgentRecord(row)
            return learning ? agent.learnedCandidate : agent.candidate
        }
    }

    /// Whether the agent has, or had, the conversation.
    func held(_ conversation: ConversationID, by agent: AgentID, of tenant: TenantID) async throws -> Bool {
        try await database.query(
            .tenant(tenant),
            """
            SELECT FROM router.decisions
             WHERE client_id = \(tenant) AND conversation_id = \(conversation) AND chosen_agent_id = \(agent) LIMIT 1
            """
        ).count > 0
    }

    /// Reads teams in one transaction.
    func teams<Result: Sendable>(
        of tenant: TenantID, _ read: @escaping @Sendable (TeamRepository) throws -> Result
    ) async throws -> Result {
        try await database.transaction(.tenant(tenant)) { try read(TeamRepository(tenant: tenant, transaction: $0)) }
    }

    /// Bytes of a page's candidates, as PostgreSQL writes them, which is longer than as we do. A page ends with the decision that reaches it:
    /// 200 candidates with their inputs are some hundred KiB, and an answer takes 2 MiB (``WireLimits/replyPayloadMax``).
    static let candidatesBytesMax = 1024 * 1024

    /// Latest first.
    /// - Returns: at least one if there is any, and whether there are more.
    func decisions(
        about conversation: ConversationID, of tenant: TenantID, limit: Int, before: (at: Date, id: DecisionID)?
    ) async throws -> (items: [Decision], hasMore: Bool) {
        let position: SQL = before.map { " AND (at, id) < (\($0.at), \($0.id))" } ?? ""
        let rows = try await database.query(
            .tenant(tenant),
            """
            SELECT \(Decision.columns), bytes, found
              FROM (SELECT *, octet_length(candidates::text)::bigint AS bytes, count(*) OVER () AS found,
                           row_number() OVER latest AS place, sum(octet_length(candidates::text)) OVER latest AS bytes_through
                      FROM (SELECT * FROM router.decisions
                             WHERE client_id = \(tenant) AND conversation_id = \(conversation)\(position)
                             ORDER BY at DESC, id DESC LIMIT \(limit + 1)) AS one_more
                    WINDOW latest AS (ORDER BY at DESC, id DESC ROWS UNBOUNDED PRECEDING)) AS page
             WHERE place <= \(limit) AND bytes_through - bytes < \(Self.candidatesBytesMax)
             ORDER BY at DESC, id DESC
            """)
        let items = try rows.map { row in
            let (decision, bytes) = (try Decision(row), try row["bytes"] as Int)
            return bytes > Self.candidatesBytesMax ? try decision.cut(to: Self.candidatesBytesMax) : decision
        }
        let found: Int = try rows.first?["found"] ?? 0
        return (items, found > items.count)
    }

    /// Whether the company has the sector, or somebody in it from when it had.
    func knows(sector: String, of tenant: TenantID) async throws -> Bool {
        guard sector != Sector.general else { return true }
        return try await !database.query(
            .tenant(tenant),
            """
            SELECT FROM router.tenant_queues
             WHERE client_id = \(tenant) AND (sectors IS NULL AND rules_version > 0 OR \(sector) = ANY(sectors))
            UNION ALL
            SELECT FROM router.sector_agents WHERE client_id = \(tenant) AND sector = \(sector)
             LIMIT 1
            """
        ).isEmpty
    }

    /// What the router decides by now.
    func policy(of tenant: TenantID) async throws -> RoutingPolicyInUse {
        let rows = try await database.query(
            .tenant(tenant),
            """
            SELECT q.policy_version, p.settings, p.since
              FROM router.tenant_queues q
              LEFT JOIN router.policies p ON p.client_id = q.client_id AND p.version = q.policy_version
             WHERE q.client_id = \(tenant)
            """)
        guard let row = rows.first else { return RoutingPolicyInUse(version: 0, settings: .standard, since: nil) }
        let version: Int = try row["policy_version"]
        return RoutingPolicyInUse(version: version, settings: try StoredPolicy.settings(row, version: version), since: try row["since"])
    }

    /// - Returns: nil if it does not wait.
    func place(of conversation: ConversationID, tenant: TenantID) async throws -> Session.QueuePlace? {
        let rows = try await database.pipeline(
            .tenant(tenant),
            [
                """
                SELECT (SELECT count(*) FROM (
                            SELECT FROM router.work_items w
                             WHERE w.client_id = \(tenant) AND w.sector = own.sector AND w.status IN ('waiting', 'offered')
                               AND (w.rank, w.waiting_since, w.conversation_id) <= (own.rank, own.waiting_since, own.conversation_id)
                             LIMIT \(Self.placesMax)) AS ahead) AS position
                  FROM router.work_items own
                 WHERE own.client_id = \(tenant) AND own.conversation_id = \(conversation) AND own.status IN ('waiting', 'offered')
                """, Self.paceStatement(tenant),
            ])
        guard let row = rows[0].first else { return nil }
        let position: Int = try row["position"]
        return Session.QueuePlace(
            position: position, estimatedWaitSeconds: try Self.pace(rows[1]).map { Int(saturating: ($0 * Double(position)).rounded(.up)) })
    }

    /// The first waiting conversations of each sector with their places.
    func places(of tenant: TenantID, max: Int) async throws -> [(conversation: ConversationID, place: Session.QueuePlace)] {
        let rows = try await database.pipeline(
            .tenant(tenant),
            [
                """
                SELECT conversation_id, row_number() OVER (PARTITION BY sector ORDER BY rank, waiting_since, conversation_id) AS position
                  FROM (SELECT sector, rank, waiting_since, conversation_id FROM router.work_items
                         WHERE client_id = \(tenant) AND status IN ('waiting', 'offered')
                         ORDER BY rank, waiting_since, conversation_id LIMIT \(max)) AS first
                 ORDER BY rank, waiting_since, conversation_id
                """, Self.paceStatement(tenant),
            ])
        let pace = try Self.pace(rows[1])
        return try rows[0].map { row in
            let position: Int = try row["position"]
            return (
                try row["conversation_id"],
                Session.QueuePlace(
                    position: position, estimatedWaitSeconds: pace.map { Int(saturating: ($0 * Double(position)).rounded(.up)) })
            )
        }
    }

    func availability(of tenant: TenantID) async throws -> Availability {
        let rows = try await database.pipeline(
            .tenant(tenant),
            [
                """
                SELECT count(*) AS online, coalesce(bool_or(load < capacity), false) AS has_room
                  FROM (SELECT a.load, a.capacity FROM router.sector_agents a
                         WHERE a.client_id = \(tenant) AND a.status = 'online' AND a.active AND NOT a.suspended AND a.deleted_at IS NULL
                           AND \(AgentRecord.isPresent) LIMIT \(Self.countMax)) AS online
                """,
                """
                SELECT count(*) AS waiting FROM (
                    SELECT FROM router.work_items WHERE client_id = \(tenant) AND status IN ('waiting', 'offered') LIMIT \(Self.countMax)) AS waiting
                """, Self.paceStatement(tenant),
            ])
        let online: Int = try rows[0][0]["online"]
        let waiting: Int = try rows[1][0]["waiting"]
        let estimate: Int?
        if try rows[0][0]["has_room"] && waiting == 0 {
            estimate = 0
        } else {
            estimate = online == 0 ? nil : try Self.pace(rows[2]).map { Int(saturating: ($0 * Double(waiting + 1)).rounded(.up)) }
        }
        return Availability(onlineAgentCount: online, waitingCount: waiting, estimatedWaitSeconds: estimate)
    }

    /// The latest conversations that had waited when somebody got them.
    static func paceStatement(_ tenant: TenantID) -> SQL {
        """
        SELECT count(*) AS count, extract(epoch FROM clock_timestamp() - min(started_at))::float8 AS span
          FROM (SELECT started_at FROM router.assignments
                 WHERE client_id = \(tenant) AND waited
                   AND started_at > clock_timestamp() - make_interval(secs => \(rateWindowSeconds))
                 ORDER BY started_at DESC LIMIT \(rateSampleMax)) AS latest
        """
    }

    /// Seconds between two conversations leaving the queue; nil if none left it lately: then nobody knows.
    static func pace(_ rows: Rows) throws -> Double? {
        let count: Int = try rows[0]["count"]
        guard count > 0, let span: Double = try rows[0]["span"] else { return nil }
        return max(span, rateSpanMin) / Double(count)
    }
}

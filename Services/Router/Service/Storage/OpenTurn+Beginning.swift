import Contracts
import Foundation
import Storage

/// How a turn begins: the locks it takes, and what it reads.
extension OpenTurn {
    /// Locks the queues of these tenants in ascending order, and reads: one round trip, unless a tenant's agents are not known in this
    /// process, or it must be asked whether they are still there. Leaves any of these tenants in scope.
    static func begin(
        _ needs: [QueueTurn.Needs], in transaction: Transaction, knowing views: AgentViews, under conditions: TurnConditions = .standard
    ) throws -> [OpenTurn] {
        let needs = needs.sorted { $0.tenant < $1.tenant }
        let versions = needs.map { views.version(of: $0.tenant) }
        let rows = try transaction.pipeline(
            zip(needs, versions).flatMap { need, version -> [SQL] in
                [
                    transaction.scope(to: need.tenant),
                    "INSERT INTO router.tenant_queues (client_id) VALUES (\(need.tenant)) ON CONFLICT DO NOTHING",
                    "SELECT FROM router.tenant_queues WHERE client_id = \(need.tenant) FOR UPDATE",
                    // A statement after the one that locks, so that it sees what the last holder wrote.
                    """
                    SELECT c.clock,
                           coalesce(\(conditions.instant())::timestamptz, c.clock + make_interval(secs => \(conditions.secondsAhead()))) AS now,
                           pg_postmaster_start_time() AS server_start, q.policy_version, q.rules_version, q.sectors, p.settings
                      FROM (SELECT clock_timestamp() AS clock) AS c, router.tenant_queues q
                      LEFT JOIN router.policies p ON p.client_id = q.client_id AND p.version = q.policy_version
                     WHERE q.client_id = \(need.tenant)
                    """,
                    agentStatement(need, since: version),
                    itemStatement(need),
                ]
            })
        return try needs.enumerated().map { index, need in
            let rows = rows[(index * 6)..<(index * 6 + 6)]
            let first = rows.startIndex
            guard rows[first + 2].count == 1, rows[first + 3].count == 1 else { throw RoutingTrouble.queueNotLocked }
            let queue = rows[first + 3][0]
            var agents = try rows[first + 4].map(AgentRecord.init)
            let rules = try rules(queue)
            let view = try view(
                of: need, from: &agents, areAll: versions[index] == nil, learns: rules.settings.learns,
                serverStart: try queue["server_start"], clock: try queue["clock"], in: transaction, views)
            let basis = TurnBasis(
                tenant: need.tenant, now: try queue["now"], clock: try queue["clock"], rules: rules, view: view,
                deleted: agents.filter { $0.deletedAt != nil && need.agents.contains($0.id) },
                items: try rows[first + 5].map { try WorkItem($0) }, traceparent: need.traceparent)
            return OpenTurn(basis, agentRowsRead: agents.count, isAlone: needs.count == 1, in: transaction)
        }
    }

    private static func rules(_ queue: Row) throws -> RoutingRules {
        let policyVersion: Int = try queue["policy_version"]
        let rulesVersion: Int = try queue["rules_version"]
        return RoutingRules(
            settings: try StoredPolicy.settings(queue, version: policyVersion), policyVersion: policyVersion, rulesVersion: rulesVersion,
            sectors: try queue["sectors"] ?? (rulesVersion == 0 ? [Sector.general] : nil))
    }

    /// Most turns ask for conversations by their id alone; with the other half the planner thinks of reading the table.
    private static func itemStatement(_ need: QueueTurn.Needs) -> SQL {
        let rows: SQL = "SELECT \(WorkItem.columns) FROM router.work_items WHERE client_id = \(need.tenant) AND "
        let named: SQL = "conversation_id = ANY(\(Array(need.conversations)))"
        return need.conversationsOf.isEmpty ? rows + named : rows + "(" + named + " OR agent_id = ANY(\(Array(need.conversationsOf))))"
    }

    /// - Parameter version: what is known; nil: nothing.
    private static func agentStatement(_ need: QueueTurn.Needs, since version: Int64?) -> SQL {
        let rows: SQL = "SELECT \(AgentRecord.columns) FROM router.sector_agents a WHERE a.client_id = \(need.tenant) AND "
        let named = Array(need.agents)
        guard let version else { return rows + "(a.deleted_at IS NULL OR a.id = ANY(\(named)))" }
        // With an upper bound it is a range of few rows for the planner too.
        return rows + "(a.view_version > \(version) AND a.view_version <= \(Int64.max) OR a.id = ANY(\(named)))"
    }

    /// The tenant's agents as they are now: what the process knows, with the rows that were read.
    /// - Parameters:
    ///   - records: what was read; all, if it comes to that.
    ///   - areAll: and not only those that changed.
    private static func view(
        of need: QueueTurn.Needs, from records: inout [AgentRecord], areAll: Bool, learns: Bool, serverStart: Date, clock: Date,
        in transaction: Transaction, _ views: AgentViews
    ) throws -> AgentView {
        let tenant = need.tenant
        if !areAll {
            let lapsing = views.change(tenant, on: serverStart) { view in
                view.learn(learns)
                for record in records { view.note(record) }
                return view.lapsing(at: clock)
            }
            if let lapsing {
                let connections = lapsing.isEmpty ? [:] : try TurnReader.connections(of: lapsing, tenant, in: transaction)
                let view = views.change(tenant, on: serverStart) { view in
                    view.note(connections: connections, of: lapsing, at: clock)
                    return view
                }
                if let view { return view }
            }
            // Forgotten since it was asked for, or of another server.
            records = try transaction.pipeline([transaction.scope(to: tenant), agentStatement(need, since: nil)])[1].map(AgentRecord.init)
        }
        let view = AgentView(records, learns: learns)
        views.keep(view, of: tenant, on: serverStart)
        return view
    }
}

import Contracts
import Storage

/// Capacity: every agent's load is the sum of what it holds and of what is kept for its answers, no agent holds more than it may, and every open assignment has its
/// conversation in the router's own books.
package struct LedgerCheck: IntegrityCheck {
    package init() {}

    package var name: String { "router: load is the sum of open assignments, and within capacity" }

    package func run(_ database: Database) async throws -> IntegrityResult {
        // One statement, so one snapshot.
        let rows = try await database.query(
            .none,
            """
            SELECT a.id, a.load, a.capacity, (COALESCE(held.weight, 0) + COALESCE(asked.weight, 0))::bigint AS weight, COALESCE(held.strays, 0)::bigint AS strays,
                   COALESCE(items.count, 0)::bigint AS items, COALESCE(held.count, 0)::bigint AS open_count
              FROM router.sector_agents a
              LEFT JOIN (SELECT s.client_id, s.agent_id, sum(s.weight) AS weight, count(*) AS count,
                                count(*) FILTER (WHERE w.assignment_id IS DISTINCT FROM s.id) AS strays
                           FROM router.assignments s
                           LEFT JOIN router.work_items w ON w.client_id = s.client_id AND w.conversation_id = s.conversation_id
                          WHERE s.ended_at IS NULL
                          GROUP BY s.client_id, s.agent_id) AS held
                     ON held.client_id = a.client_id AND held.agent_id = a.id
              LEFT JOIN (SELECT client_id, agent_id, count(*) AS count FROM router.work_items
                          WHERE status = 'assigned' GROUP BY client_id, agent_id) AS items
                     ON items.client_id = a.client_id AND items.agent_id = a.id
              LEFT JOIN (SELECT client_id, agent_id, sum(weight) AS weight FROM router.offers
                          WHERE state = 'offered' GROUP BY client_id, agent_id) AS asked
                     ON asked.client_id = a.client_id AND asked.agent_id = a.id
             ORDER BY a.client_id, a.id
            """)
        var result = IntegrityResult(examined: rows.count)
        for row in rows {
            let id: AgentID = try row["id"]
            let (load, capacity): (Int, Int) = (try row["load"], try row["capacity"])
            let (weight, strays, items, open): (Int64, Int64, Int64, Int64) = (
                try row["weight"], try row["strays"], try row["items"], try row["open_count"]
            )
            func find(_ detail: String) { result.findings.append(IntegrityFinding(place: "agent \(id)", detail: detail)) }
            if Int64(load) != weight { find("has load \(load), its open assignments and offers weigh \(weight)") }
            if load > capacity { find("has load \(load) and capacity \(capacity)") }
            if strays > 0 { find("has \(strays) open assignments that its conversations do not know") }
            if items != open { find("holds \(items) conversations with \(open) open assignments") }
        }
        return result
    }
}

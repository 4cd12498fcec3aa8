import Contracts
import Storage

/// chat and router agree on who holds what. While either still has events of the other to apply they may differ; then nothing is
/// said of those conversations' partition.
package struct AssignmentMirrorCheck: IntegrityCheck {
    package init() {}

    package var name: String { "chat and router: the same agent holds the same conversation" }

    package func run(_ database: Database) async throws -> IntegrityResult {
        let rows = try await database.query(
            .none,
            """
            WITH behind AS (
                SELECT count(*) AS partitions FROM (
                    SELECT FROM router.stream_head h LEFT JOIN chat.cursor c ON c.stream = 'router' AND c.part = h.part
                     WHERE h.last_seq > COALESCE(c.seq, 0)
                     UNION ALL
                    SELECT FROM chat.stream_head h LEFT JOIN router.cursor c ON c.stream = 'chat' AND c.part = h.part
                     WHERE h.last_seq > COALESCE(c.seq, 0)) AS late
            )
            SELECT COALESCE(c.id, w.conversation_id) AS id, c.status AS chat_status, w.status AS router_status,
                   c.agent_id AS chat_agent, w.agent_id AS router_agent, behind.partitions AS behind
              FROM behind
              LEFT JOIN chat.conversations c ON true
              FULL JOIN router.work_items w ON w.client_id = c.client_id AND w.conversation_id = c.id
             ORDER BY 1
            """)
        var result = IntegrityResult(examined: 0)
        for row in rows {
            guard let id: ConversationID = try row["id"] else { continue }
            result.examined += 1
            // With events under way the two are of different moments.
            if let behind: Int64 = try row["behind"], behind > 0 { continue }
            let (chat, router): (String?, String?) = (try row["chat_status"], try row["router_status"])
            let (chatAgent, routerAgent): (AgentID?, AgentID?) = (try row["chat_agent"], try row["router_agent"])
            func find(_ detail: String) { result.findings.append(IntegrityFinding(place: "conversation \(id)", detail: detail)) }
            guard let chat else {
                find("the router knows it, chat does not")
                continue
            }
            guard let router else {
                find("chat knows it, the router does not")
                continue
            }
            let expected =
                switch chat {
                case "waiting": "waiting"
                case "assigned": "assigned"
                case "closed": "closed"
                default: "released"
                }
            // While somebody is asked it still waits.
            if (router == "offered" ? "waiting" : router) != expected { find("is \(chat) in chat and \(router) at the router") }
            if chatAgent != routerAgent { find("has different agents in chat and at the router") }
        }
        return result
    }
}

import Contracts
import Foundation
import Storage

extension Assignment {
    /// Of an open entry `s`, joined with its agent `a` and its item `w`.
    static let columns: SQL = """
        s.id, s.number, s.conversation_id, s.agent_id, a.name, s.reason, s.decision_id, s.by_type, s.by_id, s.by_name, s.started_at,
        w.team_id
        """

    init(_ row: Row) throws {
        self.init(
            id: try row["id"], number: try row["number"], sessionID: try row["conversation_id"],
            agent: AgentSummary(id: try row["agent_id"], name: try row["name"]), reason: try row["reason"],
            decisionID: try row["decision_id"],
            by: Author(kind: Author.Kind(rawValue: try row["by_type"]), id: try row["by_id"], name: try row["by_name"]),
            at: Timestamp.rounded(try row["started_at"]), teamID: try row["team_id"])
    }
}

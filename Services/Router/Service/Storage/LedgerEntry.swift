import Contracts
import Foundation
import Storage

/// One agent holding one conversation, as the ledger keeps it.
struct LedgerEntry: Sendable, Equatable {
    /// What routing did, in the name of nobody in particular.
    let assignment: Assignment
    /// To the microsecond: the order of claims. What crosses the bus is cut to milliseconds.
    let startedAt: Date
    let weight: Int
    /// What the person who assigned it wrote.
    let note: String?
    /// The conversation had been in the queue before.
    let waited: Bool
    /// The team that the conversation waited for, whose performance it is; nil: that of its agent's teams.
    let teamID: TeamID?

    /// What ended it.
    struct End: Sendable, Equatable {
        let id: EntityID
        let at: Date
        /// `pending`, `resolved`, `closed`, `waiting` (chat said so), `transferred`, `returned`, `agent_gone`,
        /// `agent_offline`, `member_removed` or `team_deleted`.
        let reason: String
        let note: String?
        /// As of the entry.
        let teamID: TeamID?
    }
}

extension Assignment {
    /// Of an open entry, joined with its agent's name.
    static let columns: SQL = """
        s.id, s.number, s.conversation_id, s.agent_id, a.name, s.reason, s.decision_id, s.by_type, s.by_id, s.by_name, s.started_at
        """

    init(_ row: Row) throws {
        self.init(
            id: try row["id"], number: try row["number"], sessionID: try row["conversation_id"],
            agent: AgentSummary(id: try row["agent_id"], name: try row["name"]), reason: try row["reason"],
            decisionID: try row["decision_id"],
            by: Author(kind: Author.Kind(rawValue: try row["by_type"]), id: try row["by_id"], name: try row["by_name"]),
            at: Timestamp.rounded(try row["started_at"]))
    }
}

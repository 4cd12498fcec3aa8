import Contracts
import Storage

extension EventContext {
    /// Of `chat.conversations c`.
    static let columns: SQL = """
        c.channel AS context_channel, c.account_id AS context_account_id, c.metadata->>'sector' AS context_sector,
               c.metadata->>'team_id' AS context_wanted_team, c.assignment_number AS context_assignment_number,
               c.team_id AS context_team_id, c.agent_id AS context_agent_id
        """

    init(_ row: Row) throws {
        self.init(
            channel: try row["context_channel"], accountID: try row["context_account_id"], sector: Self.sector(try row["context_sector"]),
            teamID: Self.team(
                try row["context_team_id"], wanted: try row["context_wanted_team"], assignmentNumber: try row["context_assignment_number"]),
            agentID: try row["context_agent_id"])
    }

    /// - Parameter wanted: what the conversation was opened for; until the router has said something, that is its team.
    static func team(_ mirrored: TeamID?, wanted: String?, assignmentNumber: Int64) -> TeamID? {
        assignmentNumber == 0 ? wanted.flatMap { TeamID($0) } : mirrored
    }
}

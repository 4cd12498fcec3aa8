import Contracts
import Foundation

/// One agent holding one conversation, as the ledger keeps it.
package struct LedgerEntry: Sendable, Equatable {
    /// What routing did, in the name of nobody in particular.
    package let assignment: Assignment
    /// To the microsecond: the order of claims. What crosses the bus is cut to milliseconds.
    package let startedAt: Date
    package let weight: Int
    /// What the person who assigned it wrote.
    package let note: String?
    /// How long the conversation had been in the queue; nil: it had not been there.
    package let waitedSeconds: Double?
    /// The team that the conversation waited for, whose performance it is; nil: that of its agent's teams.
    package let teamID: TeamID?

    /// What ended it.
    package struct End: Sendable, Equatable {
        package let id: EntityID
        package let at: Date
        /// `pending`, `resolved`, `closed`, `waiting` (chat said so), `transferred`, `returned`, `agent_gone`,
        /// `agent_offline`, `member_removed` or `team_deleted`.
        package let reason: String
        package let note: String?
        /// As of the entry.
        package let teamID: TeamID?
    }
}

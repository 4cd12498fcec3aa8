import Contracts
import Foundation

/// What a turn decided: all that is written and said, and nothing that reading again would not find.
package struct TurnChanges: Sendable {
    /// In their order.
    package var roster: [RosterChange] = []
    /// Deleted in this turn. Their performance outlives them, and is still counted.
    package var deletedTeams: [Team] = []
    package var rules: RulesChange?
    /// Whose rows differ in anything but what ``loads`` says.
    package var agents: [AgentRecord] = []
    package var loads: [LoadChange] = []
    package var items: [WorkItem] = []
    package var begun: [LedgerEntry] = []
    package var ended: [LedgerEntry.End] = []
    package var offersBegun: [OfferEntry] = []
    package var offersEnded: [OfferEntry.End] = []
    /// When which timer fires; nil: it is taken away.
    package var timers: [QueueTimer: Date?] = [:]
    package var decisions: [NewDecision] = []
    package var audits: [AgentAudit] = []
    package var events: [NewEvent] = []
    /// Somebody joined or left the queue, so places in it changed.
    package var queueMoved = false

    package struct NewDecision: Sendable {
        package let decision: Decision
        /// The JSON of its candidates.
        package let candidates: String
    }

    /// An agent that holds more or less than before, or of whom something was said.
    package struct LoadChange: Sendable {
        package let agent: AgentRecord
        /// By how much its load changed.
        package let delta: Int
    }
}

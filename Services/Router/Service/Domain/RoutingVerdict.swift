import Contracts
import Foundation

/// What the policy says about one piece of work, and why.
package struct RoutingVerdict: Sendable, Equatable {
    package enum Outcome: String, Sendable {
        /// The best of those who may have it.
        case assigned
        /// The preferred agent, who may have it; nobody's score mattered.
        case preferred
        /// Nobody may have it now.
        case queued
        /// A person chose the agent.
        case manual
    }

    package let outcome: Outcome
    package let chosen: AgentID?
    /// Best first, then the refused; at most ``RoutingPolicy/recordsMax`` and the preferred agent.
    package let candidates: [CandidateRecord]
    /// Of all candidates.
    package let refusalCounts: [String: Int]
    package let snapshotDigest: String

    package func decision(_ id: DecisionID, about conversation: ConversationID, sector: String, team: TeamID?, at date: Date) -> Decision {
        Decision(
            id: id, sessionID: conversation, at: date, policyVersion: RoutingPolicy.version, sector: sector, teamID: team,
            chosenAgentID: chosen,
            outcome: outcome.rawValue, candidates: candidates, refusalCounts: refusalCounts, snapshotDigest: snapshotDigest)
    }
}

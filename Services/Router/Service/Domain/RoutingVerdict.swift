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
    package let kept: [KeptCandidate]
    /// Of all candidates.
    package let refusalCounts: [String: Int]
    package let snapshotDigest: String
    /// What was asked, so that it can be asked again.
    package let work: RoutingWork
    /// How many candidates were looked at one by one: the others could have had nothing, whatever had been asked for.
    package let examinedCount: Int

    package var candidates: [CandidateRecord] { kept.map(\.record) }

    /// What a person decided instead.
    func overruled(by agent: AgentID) -> RoutingVerdict {
        RoutingVerdict(
            outcome: .manual, chosen: agent, kept: kept, refusalCounts: refusalCounts, snapshotDigest: snapshotDigest, work: work,
            examinedCount: examinedCount)
    }

    /// Without its candidates, which are written beside it, once for several decisions that looked at the same.
    /// - Parameter policyVersion: of the tenant's settings by which it was decided.
    package func decision(_ id: DecisionID, about item: WorkItem, policyVersion: Int, at date: Date) -> Decision {
        Decision(
            id: id, sessionID: item.conversationID, at: date, policyVersion: policyVersion, formulaVersion: RoutingPolicy.version,
            sector: item.sector, teamID: item.teamID, chosenAgentID: chosen, outcome: outcome.rawValue,
            work: work.inputs(of: item, at: date), candidates: [], refusalCounts: refusalCounts, snapshotDigest: snapshotDigest)
    }
}

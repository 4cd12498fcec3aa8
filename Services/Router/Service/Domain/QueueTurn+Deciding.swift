import Contracts
import Foundation

/// Asking the policy, and keeping what it said.
extension QueueTurn {
    private var policy: RoutingPolicy { RoutingPolicy(settings: settings) }

    mutating func decide(_ work: RoutingWork) throws -> RoutingVerdict {
        let verdict = policy.decide(try snapshot(for: work), work)
        examinedCount += verdict.examinedCount
        return verdict
    }

    /// What a person decided, beside what the policy would have looked at.
    mutating func manualVerdict(_ agent: AgentRecord, _ work: RoutingWork) throws -> RoutingVerdict {
        policy.decide(try snapshot(for: work).with(candidate(agent)), work).overruled(by: agent.id)
    }

    func candidate(_ agent: AgentRecord) -> Candidate { agent.candidate(learning: settings.learns) }

    /// Whether anybody belongs there; others' work waits in the general sector.
    func hasAgents(in sector: String) -> Bool { snapshots[sector] != nil }

    /// The agents of the work's team or sector, and the preferred one wherever it belongs.
    private mutating func snapshot(for work: RoutingWork) throws -> RoutingSnapshot {
        let ofTeam = try work.teamID.map { try agentsAnswering(for: $0) } ?? []
        let snapshot: RoutingSnapshot
        if let team = work.teamID, !ofTeam.isEmpty {
            snapshot =
                teamSnapshots[team]
                ?? RoutingSnapshot(ofTeam.compactMap { agents[$0] }.filter { $0.deletedAt == nil }.map { candidate($0) })
            teamSnapshots[team] = snapshot
        } else {
            snapshot = snapshots[work.sector] ?? RoutingSnapshot()
        }
        guard let preferred = work.preferredAgentID.flatMap({ agents[$0] }), snapshot.candidate(preferred.id) == nil,
            preferred.deletedAt == nil
        else { return snapshot }
        return snapshot.with(candidate(preferred))
    }

    /// As this turn has them, which may not be written yet.
    mutating func agentsAnswering(for team: TeamID) throws -> Set<AgentID> {
        if let known = teamAgents[team] { return known }
        let found = try facts.answering(team).nearest { agents[$0.agent]?.answers(forTeamsOf: $0.sector) ?? false }
        teamAgents[team] = found
        return found
    }

    /// - Returns: under which id it is kept.
    @discardableResult
    mutating func record(_ verdict: RoutingVerdict, about item: WorkItem, at date: Date) -> DecisionID {
        let decision = verdict.decision(DecisionID(.version7(at: date)), about: item, policyVersion: rules.policyVersion, at: date)
        // Encoding is the dearest part, and while nobody has room many decisions in a row look at the same candidates.
        let candidates: String
        if let lastCandidates, lastCandidates.kept == verdict.kept {
            candidates = lastCandidates.text
        } else {
            candidates = KeptCandidate.text(verdict.kept)
            lastCandidates = (verdict.kept, candidates)
        }
        changes.decisions.append(TurnChanges.NewDecision(decision: decision, candidates: candidates))
        return decision.id
    }
}

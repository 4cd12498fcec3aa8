import Contracts
import Foundation
import RouterService

/// A decision among 10,000 agents, beside one pass over the same array that computes the formula and keeps the best.
struct DecisionBenchmark {
    private static let agents = 10_000
    private static let rounds = 200

    func run() -> Figures {
        var generator = SystemRandomNumberGenerator()
        let candidates = (0..<Self.agents).map { _ in
            Candidate(
                id: .new(), name: "Agent", sector: "general", priority: .random(in: 0...10, using: &generator), capacity: 10,
                load: .random(in: 0...9, using: &generator), successRate: .random(in: 0...1, using: &generator),
                meanHandlingSeconds: .random(in: 0...300, using: &generator))
        }
        let snapshot = RoutingSnapshot(candidates)
        let work = RoutingWork(sector: "general")
        let policy = RoutingPolicy()
        var (decisions, passes, digests): ([Double], [Double], [Double]) = ([], [], [])
        var (chosen, best): (AgentID?, AgentID?) = (nil, nil)
        for _ in 0..<Self.rounds {
            passes.append(
                microseconds {
                    var score = -1.0
                    for candidate in candidates where policy.refusal(of: candidate, for: work) == nil {
                        let total = policy.terms(of: candidate, for: work).total
                        if total > score { (score, best) = (total, candidate.id) }
                    }
                })
            decisions.append(microseconds { chosen = policy.decide(snapshot, work).chosen })
            digests.append(microseconds { precondition(!snapshot.digest.isEmpty) })
        }
        precondition(chosen == best, "the pass and the policy disagree")
        return Figures(["decide_p50_us": decisions.at(0.5), "pass_p50_us": passes.at(0.5), "digest_p50_us": digests.at(0.5)])
    }
}

import Contracts

/// Makes a kept decision again, from nothing but what was kept of it. Pure.
///
/// Kept are the best 200 candidates and the preferred one, so the terms, the order among them and the choice follow from the
/// record alone. Of the rest only counts are known: those cannot be fewer than what is kept.
package struct DecisionReplay {
    let settings: RoutingSettings

    package init(settings: RoutingSettings) {
        self.settings = settings
    }

    /// Whether this program can make it again: from before the work was kept, or by a formula it does not have, it cannot.
    package static func isPossible(_ decision: Decision) -> Bool {
        decision.work != .null && decision.formulaVersion == RoutingPolicy.version
    }

    /// - Returns: what comes out otherwise than it is kept; nothing if it is the same to the last bit.
    package func differences(from decision: Decision) -> [String] {
        do {
            return try compare(decision)
        } catch {
            return [error.description]
        }
    }

    private func compare(_ decision: Decision) throws(InputUnreadable) -> [String] {
        let work = try RoutingWork(inputs: decision.work)
        var candidates: [Candidate] = []
        for record in decision.candidates { candidates.append(try Candidate(record)) }
        guard Set(candidates.map(\.id)).count == candidates.count else { return ["an agent is kept twice"] }
        let snapshot = RoutingSnapshot(candidates)
        let again = RoutingPolicy(settings: settings).decide(snapshot, work)

        var differences: [String] = []
        func compare<Value: Equatable>(_ what: String, _ kept: Value, _ now: Value) {
            if kept != now { differences.append("\(what) was kept as \(kept), and is \(now)") }
        }
        compare("the sector", decision.sector, work.sector)
        let records = Dictionary(again.candidates.map { ($0.agentID, $0) }) { first, _ in first }
        for kept in decision.candidates {
            guard let now = records[kept.agentID] else {
                differences.append("agent \(kept.agentID) is kept, and would not be")
                continue
            }
            compare("the refusal of agent \(kept.agentID)", kept.refusal ?? "none", now.refusal ?? "none")
            for (name, keptBits, nowBits) in Self.bits(kept.terms, now.terms) where keptBits != nowBits {
                differences.append("\(name) of agent \(kept.agentID) was kept as \(keptBits), and is \(nowBits)")
            }
        }
        if differences.isEmpty {
            compare("the order", decision.candidates.map(\.agentID), again.candidates.map(\.agentID))
        }
        for (reason, count) in again.refusalCounts.sorted(by: { $0.key < $1.key })
        where count > decision.refusalCounts[reason] ?? 0 {
            differences.append(
                "\(count) kept agents are refused as \(reason), and only \(decision.refusalCounts[reason] ?? 0) were counted")
        }
        if decision.outcome == RoutingVerdict.Outcome.manual.rawValue {
            // A person chose; that the agent was looked at is all that can be said of the choice.
            if let chosen = decision.chosenAgentID, records[chosen] == nil, decision.candidates.count <= RoutingPolicy.recordsMax {
                differences.append("agent \(chosen) was chosen and is not kept")
            }
        } else {
            compare("the outcome", decision.outcome, again.outcome.rawValue)
            compare("the choice", decision.chosenAgentID?.description ?? "nobody", again.chosen?.description ?? "nobody")
        }
        // Everybody is kept: then the digest follows too.
        let refusedKept = decision.candidates.count { $0.refusal != nil }
        if decision.candidates.count < RoutingPolicy.recordsMax, refusedKept == decision.refusalCounts.values.reduce(0, +) {
            compare("the digest", decision.snapshotDigest, snapshot.digest)
        }
        return differences
    }

    /// The terms by name, as bit patterns: equal means the same double.
    private static func bits(_ kept: ScoreTerms?, _ now: ScoreTerms?) -> [(String, String, String)] {
        let names: [(String, KeyPath<ScoreTerms, Double>)] = [
            ("success rate", \.successRate), ("priority", \.priority), ("load", \.load), ("handling time", \.handlingTime),
            ("capabilities", \.capabilities), ("learned", \.learned), ("total", \.total),
        ]
        return names.map { name, path in
            ("\(name)", text(kept?[keyPath: path]), text(now?[keyPath: path]))
        }
    }

    /// Swift writes the shortest text that reads back as the same double, so equal texts are equal bits.
    private static func text(_ value: Double?) -> String { value.map { String($0) } ?? "nothing" }
}

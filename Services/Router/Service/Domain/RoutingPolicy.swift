import Contracts
import Foundation

/// Who gets the work. Pure: the same snapshot and the same work give the same verdict, on every machine and for ever; whoever
/// changes what comes out raises ``version``.
package struct RoutingPolicy: Sendable, Equatable {
    package static let version = 1
    /// How many candidates a decision keeps, best first; the preferred agent is kept besides.
    package static let recordsMax = 200
    /// More matching capabilities than this add nothing.
    package static let matchedMax = 10
    /// Handling times above this give nothing. Seconds.
    package static let handlingSecondsMax = 300.0
    /// Loads from this on give nothing.
    package static let loadMax = 10.0

    /// What each term can give at most (per match, for capabilities).
    package struct Weights: Sendable, Equatable {
        package var success = 40.0
        package var priority = 25.0
        package var load = 20.0
        package var handlingTime = 15.0
        package var capability = 5.0
        package init() {}
    }

    package let weights: Weights

    package init(weights: Weights = Weights()) {
        self.weights = weights
    }

    package func decide(_ snapshot: RoutingSnapshot, _ work: RoutingWork) -> RoutingVerdict {
        // Only the best are kept, so that ten thousand candidates are not sorted.
        var best: [(candidate: Candidate, terms: ScoreTerms)] = []
        best.reserveCapacity(Self.recordsMax + 1)
        var preferred: (candidate: Candidate, terms: ScoreTerms)?
        var refused: [(candidate: Candidate, reason: RefusalReason)] = []
        var refusedPreferred: (candidate: Candidate, reason: RefusalReason)?
        var refusalCounts: [RefusalReason: Int] = [:]
        for candidate in snapshot.candidates {
            let isPreferred = candidate.id == work.preferredAgentID
            if let reason = refusal(of: candidate, for: work) {
                if refused.count < Self.recordsMax {
                    refused.append((candidate, reason))
                } else if isPreferred {
                    refusedPreferred = (candidate, reason)
                }
                refusalCounts[reason, default: 0] += 1
            } else {
                let entry = (candidate: candidate, terms: terms(of: candidate, for: work))
                if isPreferred { preferred = entry }
                Self.keep(entry, among: &best)
            }
        }

        let chosen = (preferred ?? best.first)?.candidate
        let refusedKept = refused.prefix(Self.recordsMax - best.count)
        var records =
            best.map { CandidateRecord($0.candidate, terms: $0.terms) }
            + refusedKept.map { CandidateRecord($0.candidate, refusal: $0.reason) }
        if let preferred, !best.contains(where: { $0.candidate.id == preferred.candidate.id }) {
            records.append(CandidateRecord(preferred.candidate, terms: preferred.terms))
        } else if let left = refusedPreferred
            ?? refused.dropFirst(refusedKept.count).first(where: { $0.candidate.id == work.preferredAgentID })
        {
            records.append(CandidateRecord(left.candidate, refusal: left.reason))
        }
        return RoutingVerdict(
            outcome: chosen == nil ? .queued : preferred == nil ? .assigned : .preferred, chosen: chosen?.id, candidates: records,
            refusalCounts: Dictionary(uniqueKeysWithValues: refusalCounts.map { ($0.key.rawValue, $0.value) }),
            snapshotDigest: snapshot.digest)
    }

    /// `best` stays in order and no longer than what a decision keeps.
    private static func keep(
        _ entry: (candidate: Candidate, terms: ScoreTerms), among best: inout [(candidate: Candidate, terms: ScoreTerms)]
    ) {
        if best.count == recordsMax, let last = best.last, comesBefore(last, entry) { return }
        var (low, high) = (0, best.count)
        while low < high {
            let middle = (low + high) / 2
            if comesBefore(best[middle], entry) { low = middle + 1 } else { high = middle }
        }
        best.insert(entry, at: low)
        if best.count > recordsMax { best.removeLast() }
    }

    /// - Returns: nil if the candidate may have the work.
    package func refusal(of candidate: Candidate, for work: RoutingWork) -> RefusalReason? {
        if !candidate.isActive { return .inactive }
        if candidate.sector != work.sector { return .wrongSector }
        switch candidate.effectiveStatus {
        case .online: break
        case .away: return .away
        case .busy: return .busy
        default: return .offline
        }
        if Self.matched(candidate, work) < work.requiredCapabilities.count - work.lackingMax { return .missingCapability }
        if candidate.id == work.returnedByAgentID { return .returned }
        // A broken row's load must neither overflow nor win.
        if !(0...max(0, candidate.capacity)).contains(candidate.load) || work.weight > candidate.capacity - candidate.load { return .full }
        return nil
    }

    /// Contracts §7: `40·success_rate + 25·priority/10 + 20·(1 − load/10) + 15·(1 − handling_time/300 s) + 5·matched`, each
    /// factor clamped, added as IEEE doubles in the written order.
    package func terms(of candidate: Candidate, for work: RoutingWork) -> ScoreTerms {
        let success = weights.success * Self.known(candidate.successRate, otherwise: 0.5).clamped(to: 0...1)
        let priority = weights.priority * Double(candidate.priority).clamped(to: 0...10) / 10
        let load = weights.load * (1 - Double(candidate.load).clamped(to: 0...Self.loadMax) / Self.loadMax)
        let handlingSeconds = Self.known(candidate.meanHandlingSeconds, otherwise: 0.5 * Self.handlingSecondsMax)
        let handlingTime = weights.handlingTime * (1 - handlingSeconds.clamped(to: 0...Self.handlingSecondsMax) / Self.handlingSecondsMax)
        let capabilities = weights.capability * Double(min(Self.matched(candidate, work), Self.matchedMax))
        return ScoreTerms(
            successRate: success, priority: priority, load: load, handlingTime: handlingTime, capabilities: capabilities,
            total: success + priority + load + handlingTime + capabilities)
    }

    /// Higher score; then longest since the last assignment, never assigned first; then the smaller id.
    private static func comesBefore(
        _ left: (candidate: Candidate, terms: ScoreTerms), _ right: (candidate: Candidate, terms: ScoreTerms)
    ) -> Bool {
        if left.terms.total != right.terms.total { return left.terms.total > right.terms.total }
        switch (left.candidate.lastAssignedAt, right.candidate.lastAssignedAt) {
        case (nil, .some): return true
        case (.some, nil): return false
        case (.some(let earlier), .some(let later)) where earlier != later: return earlier < later
        default: return left.candidate.id < right.candidate.id
        }
    }

    private static func matched(_ candidate: Candidate, _ work: RoutingWork) -> Int {
        guard !work.requiredCapabilities.isEmpty else { return 0 }
        let own = Set(candidate.capabilities.map(\.name))
        return work.requiredCapabilities.count { own.contains($0) }
    }

    /// What is not a number is no history.
    private static func known(_ value: Double?, otherwise: Double) -> Double {
        guard let value, !value.isNaN else { return otherwise }
        return value
    }
}

extension Double {
    fileprivate func clamped(to range: ClosedRange<Double>) -> Double { Swift.min(Swift.max(self, range.lowerBound), range.upperBound) }
}

extension CandidateRecord {
    fileprivate init(_ candidate: Candidate, terms: ScoreTerms? = nil, refusal: RefusalReason? = nil) {
        self.init(agentID: candidate.id, name: candidate.name, inputs: candidate.inputs, terms: terms, refusal: refusal?.rawValue)
    }
}

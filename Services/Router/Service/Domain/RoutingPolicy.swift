import Contracts
import Foundation

/// Who gets the work. Pure: the same snapshot and the same work give the same verdict, on every machine and for ever; whoever
/// changes what comes out raises ``version``.
package struct RoutingPolicy: Sendable, Equatable {
    package static let version = 3
    /// How many candidates a decision keeps, best first; the preferred agent is kept besides.
    package static let recordsMax = 200
    /// Of more than ``recordsMax`` candidates so many refused ones are kept, so that thousands who hold all they can do not make every
    /// decision long; how many there are, and why, is counted. Of fewer candidates everybody is kept.
    package static let refusedMax = 50
    /// More matching capabilities than this add nothing.
    package static let matchedMax = 10
    /// Handling times above this give nothing. Seconds.
    package static let handlingSecondsMax = 300.0
    /// Loads from this on give nothing.
    package static let loadMax = 10.0

    /// What each term can give at most (per match, for capabilities), and what is learned from outcomes.
    package let settings: RoutingSettings

    package init(settings: RoutingSettings = .standard) {
        self.settings = settings
    }

    /// Looks at those who are open one by one; of the others the snapshot knows the counts.
    package func decide(_ snapshot: RoutingSnapshot, _ work: RoutingWork) -> RoutingVerdict {
        var best = Ranking()
        var isPreferredEligible = false
        var refused: [(position: RoutingSnapshot.Position, reason: RefusalReason)] = []
        var refusalCounts: [RefusalReason: Int] = [:]
        for (kind, count) in snapshot.closed { refusalCounts[closedReason(kind, for: work), default: 0] += count }
        // Only so many can be kept.
        let refusedMax = snapshot.count <= Self.recordsMax ? Self.recordsMax : Self.refusedMax
        let isKept = isKeptForPreferred(work, snapshot)
        for (number, bucket) in snapshot.buckets.enumerated() {
            for index in bucket.open {
                let position = RoutingSnapshot.Position(bucket: number, index: index)
                if let reason = refusal(ofOpen: bucket.candidates[index], for: work) ?? (isKept ? .keptForPreferred : nil) {
                    if refused.count < refusedMax { refused.append((position, reason)) }
                    refusalCounts[reason, default: 0] += 1
                } else {
                    let candidate = bucket.candidates[index]
                    if candidate.id == work.preferredAgentID { isPreferredEligible = true }
                    best.note(
                        candidate, at: position, precedence: work.fallsBack ? candidate.priority : 0,
                        total: terms(of: candidate, for: work).total)
                }
            }
        }

        let preferred = work.preferredAgentID.flatMap(snapshot.position)
        let chosen = isPreferredEligible ? preferred : best.entries.first?.position
        var kept = best.entries.map { entry in
            let candidate = snapshot[entry.position]
            return KeptCandidate(candidate, terms: terms(of: candidate, for: work))
        }
        let refusedCount = snapshot.count <= Self.recordsMax ? Self.recordsMax : min(Self.refusedMax, Self.recordsMax - kept.count)
        refused = firstRefused(refusedCount, open: refused, in: snapshot, for: work)
        kept += refused.map { KeptCandidate(snapshot[$0.position], refusal: $0.reason) }
        if let preferred, !best.entries.contains(where: { $0.position == preferred }),
            !refused.contains(where: { $0.position == preferred })
        {
            let candidate = snapshot[preferred]
            if isPreferredEligible {
                kept.append(KeptCandidate(candidate, terms: terms(of: candidate, for: work)))
            } else if let reason = refusal(of: candidate, for: work) {
                kept.append(KeptCandidate(candidate, refusal: reason))
            }
        }
        return RoutingVerdict(
            outcome: chosen == nil ? .queued : isPreferredEligible ? .preferred : .assigned, chosen: chosen.map { snapshot[$0].id },
            kept: kept, refusalCounts: Dictionary(uniqueKeysWithValues: refusalCounts.map { ($0.key.rawValue, $0.value) }),
            snapshotDigest: snapshot.digest, work: work, examinedCount: snapshot.openCount)
    }

    /// The refused that are kept, in the order of their positions.
    /// - Parameter open: the first refused ones among those who are open.
    private func firstRefused(
        _ count: Int, open: [(position: RoutingSnapshot.Position, reason: RefusalReason)], in snapshot: RoutingSnapshot,
        for work: RoutingWork
    ) -> [(position: RoutingSnapshot.Position, reason: RefusalReason)] {
        var refused = open
        var closedCount = 0
        let closedMax = min(count, snapshot.count - snapshot.openCount)
        buckets: for (number, bucket) in snapshot.buckets.enumerated() where bucket.open.count < bucket.candidates.count {
            var open = bucket.open[...]
            for (index, candidate) in bucket.candidates.enumerated() {
                guard closedCount < closedMax else { break buckets }
                if open.first == index {
                    open.removeFirst()
                } else if let reason = refusal(of: candidate, for: work) {
                    refused.append((RoutingSnapshot.Position(bucket: number, index: index), reason))
                    closedCount += 1
                }
            }
        }
        return Array(refused.sorted { $0.position < $1.position }.prefix(count))
    }

    /// The best so far: in order, and no more than a decision keeps, so that ten thousand candidates are not sorted.
    private struct Ranking {
        struct Entry {
            let position: RoutingSnapshot.Position
            /// The agent's priority where work falls back to it; else 0 for everybody.
            let precedence: Int
            let total: Double
            let lastAssignedAt: Date?
            let id: AgentID

            /// Higher precedence; higher score; then longest since the last assignment, never assigned first; then the smaller id.
            func comesBefore(_ other: Entry) -> Bool {
                if precedence != other.precedence { return precedence > other.precedence }
                if total != other.total { return total > other.total }
                switch (lastAssignedAt, other.lastAssignedAt) {
                case (nil, .some): return true
                case (.some, nil): return false
                case (.some(let earlier), .some(let later)) where earlier != later: return earlier < later
                default: return id < other.id
                }
            }
        }

        private(set) var entries: [Entry] = []

        mutating func note(_ candidate: Candidate, at position: RoutingSnapshot.Position, precedence: Int, total: Double) {
            if entries.count == recordsMax, let last = entries.last, (precedence, total) < (last.precedence, last.total) { return }
            let entry = Entry(
                position: position, precedence: precedence, total: total, lastAssignedAt: candidate.lastAssignedAt, id: candidate.id)
            var (low, high) = (0, entries.count)
            while low < high {
                let middle = (low + high) / 2
                if entries[middle].comesBefore(entry) { low = middle + 1 } else { high = middle }
            }
            guard low < recordsMax else { return }
            if entries.count == recordsMax { entries.removeLast() }
            entries.insert(entry, at: low)
        }
    }

    /// The preferred agent is there, and lacks nothing but room.
    private func isKeptForPreferred(_ work: RoutingWork, _ snapshot: RoutingSnapshot) -> Bool {
        guard work.keepsForPreferred, let preferred = work.preferredAgentID.flatMap(snapshot.candidate) else { return false }
        return [.full, .channelFull].contains(refusal(of: preferred, for: work)) && unfitness(of: preferred, for: work) == nil
    }

    /// What a candidate who could have nothing at all is refused for.
    private func closedReason(_ kind: RoutingSnapshot.Closed, for work: RoutingWork) -> RefusalReason {
        kind.reason == .inactive || kind.sector == work.sector ? kind.reason : .wrongSector
    }

    /// First whether it could have anything at all, then whether it could have this: so a decision need not look at those who are full.
    /// - Returns: nil if the candidate may have the work.
    package func refusal(of candidate: Candidate, for work: RoutingWork) -> RefusalReason? {
        if let reason = candidate.standingRefusal {
            return closedReason(RoutingSnapshot.Closed(sector: candidate.sector, reason: reason), for: work)
        }
        return refusal(ofOpen: candidate, for: work)
    }

    private func refusal(ofOpen candidate: Candidate, for work: RoutingWork) -> RefusalReason? {
        if candidate.sector != work.sector { return .wrongSector }
        if let reason = unfitness(of: candidate, for: work) { return reason }
        if work.weight > candidate.capacity - candidate.load { return .full }
        if !candidate.channelCapacities.isEmpty, let channel = work.channel?.rawValue, let limit = candidate.channelCapacities[channel],
            work.weight > limit - (candidate.channelLoads[channel] ?? 0)
        {
            return .channelFull
        }
        return nil
    }

    /// Why it would not get this work though it had room.
    private func unfitness(of candidate: Candidate, for work: RoutingWork) -> RefusalReason? {
        if !work.fallsBack, Self.matched(candidate, work) < work.requiredCapabilities.count - work.lackingMax { return .missingCapability }
        if candidate.id == work.returnedByAgentID { return .returned }
        if !work.declinedBy.isEmpty, work.declinedBy.contains(candidate.id) { return .declined }
        return nil
    }

    /// Contracts §7: `40·success_rate + 25·priority/10 + 20·(1 − load/10) + 15·(1 − handling_time/300 s) + 5·matched`, each
    /// factor clamped, added as IEEE doubles in the written order; last what is learned, 0 unless the tenant switched it on.
    package func terms(of candidate: Candidate, for work: RoutingWork) -> ScoreTerms {
        let weights = settings.weights
        let success = weights.success * Self.known(candidate.successRate, otherwise: 0.5).clamped(to: 0...1)
        let priority = weights.priority * Double(candidate.priority).clamped(to: 0...10) / 10
        let load = weights.load * (1 - Double(candidate.load).clamped(to: 0...Self.loadMax) / Self.loadMax)
        let handlingSeconds = Self.known(candidate.meanHandlingSeconds, otherwise: 0.5 * Self.handlingSecondsMax)
        let handlingTime = weights.handlingTime * (1 - handlingSeconds.clamped(to: 0...Self.handlingSecondsMax) / Self.handlingSecondsMax)
        let capabilities = weights.capability * capabilityPoints(of: candidate, for: work)
        let learned = settings.learnedWeight > 0 ? settings.learnedWeight * candidate.expectedSuccess(on: work.topic) : 0
        return ScoreTerms(
            successRate: success, priority: priority, load: load, handlingTime: handlingTime, capabilities: capabilities,
            learned: learned, total: success + priority + load + handlingTime + capabilities + learned)
    }

    /// A point for each match, or what the candidate's success with it promises.
    private func capabilityPoints(of candidate: Candidate, for work: RoutingWork) -> Double {
        guard settings.measuresCapabilities else { return Double(min(Self.matched(candidate, work), Self.matchedMax)) }
        let matched = work.requiredCapabilities.filter { Self.has(candidate, $0, for: work) }.prefix(Self.matchedMax)
        return matched.reduce(0.0) { sum, required in
            sum + candidate.expectedSuccess(on: RoutingTopic.capability(required.name))
        }
    }

    private static func matched(_ candidate: Candidate, _ work: RoutingWork) -> Int {
        guard !work.requiredCapabilities.isEmpty else { return 0 }
        return work.requiredCapabilities.count { has(candidate, $0, for: work) }
    }

    /// Well enough, by what is asked for at this moment.
    private static func has(_ candidate: Candidate, _ required: AgentCapability, for work: RoutingWork) -> Bool {
        candidate.capabilities.contains { $0.name == required.name && $0.level >= required.level - work.levelsBelowMax }
    }

    /// What is not a number is no history.
    private static func known(_ value: Double?, otherwise: Double) -> Double {
        guard let value, !value.isNaN else { return otherwise }
        return value
    }
}

extension Double {
    func clamped(to range: ClosedRange<Double>) -> Double { Swift.min(Swift.max(self, range.lowerBound), range.upperBound) }
}

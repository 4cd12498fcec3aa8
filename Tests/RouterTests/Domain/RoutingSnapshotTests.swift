import Contracts
import Foundation
import RouterService
import Testing

/// A snapshot that came about by random changes, beside one made of the same candidates at once, and a policy that looks at everybody.
@Suite struct `A snapshot` {
    private static let skills = ["pt", "en", "billing"]

    private static func candidate(_ id: AgentID, _ random: inout ModelGenerator) -> Candidate {
        Candidate(
            id: id, name: "Agent", sector: ["general", "general", "billing"].randomElement(using: &random)!,
            priority: .random(in: 0...10, using: &random),
            capabilities: skills.filter { _ in Bool.random(using: &random) }.map {
                AgentCapability(name: $0, level: .random(in: 1...5, using: &random))
            },
            capacity: .random(in: 0...4, using: &random), load: .random(in: -1...5, using: &random),
            successRate: Bool.random(using: &random) ? .random(in: 0...1, using: &random) : nil,
            isActive: Int.random(in: 0..<6, using: &random) > 0,
            status: ([.online, .online, .online, .online] + AgentStatus.allCases).randomElement(using: &random)!,
            isPresent: Int.random(in: 0..<6, using: &random) > 0,
            lastAssignedAt: Bool.random(using: &random) ? Date(timeIntervalSince1970: .random(in: 0...9, using: &random)) : nil,
            channelCapacities: Bool.random(using: &random) ? ["phone": 2] : [:],
            channelLoads: ["phone": .random(in: 0...2, using: &random)])
    }

    private static func work(_ ids: [AgentID], _ random: inout ModelGenerator) -> RoutingWork {
        func some() -> AgentID? { Bool.random(using: &random) ? ids.randomElement(using: &random) : nil }
        return RoutingWork(
            sector: ["general", "billing"].randomElement(using: &random)!, channel: Bool.random(using: &random) ? .phone : .website,
            weight: .random(in: 1...3, using: &random),
            requiredCapabilities: Int.random(in: 0..<3, using: &random) == 0 ? [AgentCapability(name: "pt", level: 2)] : [],
            preferredAgentID: some(), keepsForPreferred: Bool.random(using: &random), returnedByAgentID: some(),
            declinedBy: Set([some(), some()].compactMap(\.self)))
    }

    @Test(arguments: [5, 40, 190, 260], 1...3) func `is the same however it came about, and so is what is decided by it`(
        size: Int, seed: Int
    ) throws {
        var random = ModelGenerator(state: UInt64(size * 1000 + seed))
        let ids = (0..<size).map { _ in
            AgentID(UUID(bytes: (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }))
        }
        var candidates: [AgentID: Candidate] = [:]
        var snapshot = RoutingSnapshot()
        var outcomes: Set<RoutingVerdict.Outcome> = []
        for id in ids {
            candidates[id] = Self.candidate(id, &random)
            snapshot.put(candidates[id]!)
        }
        for _ in 0..<20 {
            for _ in 0..<5 {
                let id = ids.randomElement(using: &random)!
                if Int.random(in: 0..<5, using: &random) == 0 {
                    candidates[id] = nil
                    snapshot.remove(id)
                } else {
                    candidates[id] = Self.candidate(id, &random)
                    snapshot.put(candidates[id]!)
                }
            }
            let kept = snapshot
            let fresh = RoutingSnapshot(candidates.values)
            #expect(snapshot.digest == fresh.digest)
            #expect((snapshot.count, snapshot.openCount, snapshot.room) == (fresh.count, fresh.openCount, fresh.room))
            #expect(snapshot.closed == fresh.closed)
            #expect(snapshot.candidates == fresh.candidates)
            let work = Self.work(ids, &random)
            let verdict = RoutingPolicy().decide(snapshot, work)
            #expect(verdict == RoutingPolicy().decide(fresh, work))
            try compare(verdict, withEverybody: Array(candidates.values), work)
            outcomes.insert(verdict.outcome)
            // A copy is what it was, whatever becomes of the one it was made of.
            snapshot.put(Self.candidate(ids[0], &random))
            #expect(kept.digest == fresh.digest && kept.candidates == fresh.candidates)
            candidates[ids[0]] = snapshot.candidate(ids[0])
        }
        #expect(size < 40 || outcomes.contains(.assigned) || outcomes.contains(.preferred), "otherwise nothing was decided")
    }

    /// As one who looks at all of them decides.
    private func compare(_ verdict: RoutingVerdict, withEverybody candidates: [Candidate], _ work: RoutingWork) throws {
        let policy = RoutingPolicy()
        var counts: [String: Int] = [:]
        var eligible: [Candidate] = []
        for candidate in candidates {
            if let reason = policy.refusal(of: candidate, for: work) {
                counts[reason.rawValue, default: 0] += 1
            } else {
                eligible.append(candidate)
            }
        }
        if verdict.refusalCounts["kept_for_preferred"] != nil {
            #expect(verdict.chosen == nil)
            counts["kept_for_preferred"] = eligible.count
            eligible = []
        }
        #expect(verdict.refusalCounts == counts)
        let best = eligible.max { policy.terms(of: $0, for: work).total < policy.terms(of: $1, for: work).total }
        let chosen = verdict.chosen.flatMap { id in candidates.first { $0.id == id } }
        #expect((chosen == nil) == eligible.isEmpty)
        if let chosen, let best, verdict.outcome == .assigned {
            #expect(policy.terms(of: chosen, for: work).total == policy.terms(of: best, for: work).total)
        }
        #expect(verdict.outcome != .preferred || chosen?.id == work.preferredAgentID)
        // Of few everybody is kept; of many the best, some of the others, and the preferred one.
        #expect(Set(verdict.kept.map(\.candidate.id)).count == verdict.kept.count)
        if candidates.count <= RoutingPolicy.recordsMax {
            #expect(verdict.kept.count == candidates.count)
        } else {
            #expect(verdict.kept.count { $0.terms != nil } >= min(eligible.count, RoutingPolicy.recordsMax))
            #expect(verdict.kept.count { $0.refusal != nil } <= RoutingPolicy.refusedMax + 1)
            #expect(verdict.kept.count <= RoutingPolicy.recordsMax + 1)
            let isThere = candidates.contains { $0.id == work.preferredAgentID }
            #expect(verdict.kept.contains { $0.candidate.id == work.preferredAgentID } == isThere)
        }
        #expect(verdict.examinedCount == candidates.count { $0.standingRefusal == nil })
        // Made again from what is kept, it is the same.
        let again = policy.decide(RoutingSnapshot(verdict.kept.map(\.candidate)), work)
        #expect(again.chosen == verdict.chosen && again.kept == verdict.kept)
        #expect(try JSON.decode([CandidateRecord].self, from: Array(KeptCandidate.text(verdict.kept).utf8)) == verdict.candidates)
    }
}

typealias ModelGenerator = `Routing, whatever happens in whatever order`.Generator

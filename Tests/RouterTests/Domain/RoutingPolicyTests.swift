import Contracts
import Foundation
import RouterService
import Testing

private let ana = AgentID("00000000-0000-0000-0000-00000000000a")!
private let bruno = AgentID("00000000-0000-0000-0000-00000000000b")!
private let carla = AgentID("00000000-0000-0000-0000-00000000000c")!

private func agent(
    _ id: AgentID = ana, sector: String = "general", priority: Int = 5, capabilities: [String] = [], capacity: Int = 20, load: Int = 0,
    success: Double? = nil, handling: Double? = nil, active: Bool = true, status: AgentStatus = .online, present: Bool = true,
    lastAssigned: TimeInterval? = nil
) -> Candidate {
    Candidate(
        id: id, name: "Agent", sector: sector, priority: priority, capabilities: capabilities.map { AgentCapability(name: $0, level: 1) },
        capacity: capacity, load: load, successRate: success, meanHandlingSeconds: handling, isActive: active, status: status,
        isPresent: present, lastAssignedAt: lastAssigned.map { Date(timeIntervalSince1970: $0) })
}

private func decide(_ candidates: [Candidate], _ work: RoutingWork = RoutingWork(sector: "general")) -> RoutingVerdict {
    RoutingPolicy().decide(RoutingSnapshot(candidates), work)
}

@Suite struct `The score` {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let candidate: Candidate
        var required: [String] = []
        /// success, priority, load, handling time, capabilities, total: computed by hand.
        let terms: [Double]
    }

    static let eleven = (1...11).map { "skill \($0)" }
    static let cases: [Case] = [
        Case(testDescription: "no history at all", candidate: agent(), terms: [20, 12.5, 20, 7.5, 0, 60]),
        Case(
            testDescription: "the best there is",
            candidate: agent(priority: 10, capabilities: ["pt"], success: 1, handling: 0), required: ["pt"],
            terms: [40, 25, 20, 15, 5, 105]),
        Case(
            testDescription: "nothing speaks for it",
            candidate: agent(priority: 0, load: 10, success: 0, handling: 300), terms: [0, 0, 0, 0, 0, 0]),
        Case(
            testDescription: "somewhere between", candidate: agent(priority: 3, load: 4, success: 0.75, handling: 120),
            terms: [30, 7.5, 12, 9, 0, 58.5]),
        Case(testDescription: "success without handling time", candidate: agent(success: 0.9), terms: [36, 12.5, 20, 7.5, 0, 76]),
        Case(testDescription: "handling time without success", candidate: agent(handling: 60), terms: [20, 12.5, 20, 12, 0, 64.5]),
        Case(testDescription: "a load of exactly 10", candidate: agent(load: 10), terms: [20, 12.5, 0, 7.5, 0, 40]),
        Case(testDescription: "a load over 10", candidate: agent(load: 15), terms: [20, 12.5, 0, 7.5, 0, 40]),
        Case(testDescription: "exactly 300 s", candidate: agent(handling: 300), terms: [20, 12.5, 20, 0, 0, 52.5]),
        Case(testDescription: "over 300 s", candidate: agent(handling: 4000), terms: [20, 12.5, 20, 0, 0, 52.5]),
        Case(testDescription: "a negative time", candidate: agent(handling: -1), terms: [20, 12.5, 20, 15, 0, 67.5]),
        Case(testDescription: "a success over 1", candidate: agent(success: 1.5), terms: [40, 12.5, 20, 7.5, 0, 80]),
        Case(testDescription: "a negative success", candidate: agent(success: -0.5), terms: [0, 12.5, 20, 7.5, 0, 40]),
        Case(testDescription: "a success that is no number", candidate: agent(success: .nan), terms: [20, 12.5, 20, 7.5, 0, 60]),
        Case(testDescription: "a priority over 10", candidate: agent(priority: 11), terms: [20, 25, 20, 7.5, 0, 72.5]),
        Case(testDescription: "a negative priority", candidate: agent(priority: -3), terms: [20, 0, 20, 7.5, 0, 47.5]),
        Case(
            testDescription: "two matches", candidate: agent(capabilities: ["a", "b", "c"]), required: ["a", "c"],
            terms: [20, 12.5, 20, 7.5, 10, 70]),
        Case(
            testDescription: "a capability required twice counts once", candidate: agent(capabilities: ["a"]), required: ["a", "a"],
            terms: [20, 12.5, 20, 7.5, 5, 65]),
        Case(
            testDescription: "more than ten matches", candidate: agent(capabilities: eleven), required: eleven,
            terms: [20, 12.5, 20, 7.5, 50, 110]),
        Case(testDescription: "an infinite success", candidate: agent(success: .infinity), terms: [40, 12.5, 20, 7.5, 0, 80]),
        Case(testDescription: "an infinitely bad success", candidate: agent(success: -.infinity), terms: [0, 12.5, 20, 7.5, 0, 40]),
        Case(testDescription: "an infinite time", candidate: agent(handling: .infinity), terms: [20, 12.5, 20, 0, 0, 52.5]),
        Case(testDescription: "a time that is no number", candidate: agent(handling: .nan), terms: [20, 12.5, 20, 7.5, 0, 60]),
        // 40·0.7 = 28 and 15·(1 − 100/300) = 10.000000000000002 as IEEE doubles; added from the left.
        Case(
            testDescription: "doubles are added in the written order", candidate: agent(priority: 7, load: 3, success: 0.7, handling: 100),
            terms: [28, 17.5, 14, 10.000000000000002, 0, 69.5]),
    ]

    struct Weighted: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let settings: RoutingSettings
        let candidate: Candidate
        /// success, priority, load, handling time, capabilities, learned, total: computed by hand.
        let terms: [Double]
    }

    private static func skilled(_ outcomes: [String: Outcomes], success: Double? = nil) -> Candidate {
        Candidate(
            id: ana, name: "Agent", sector: "general", priority: 5,
            capabilities: ["pt", "en"].map { AgentCapability(name: $0, level: 3) }, capacity: 20, load: 0, successRate: success,
            outcomes: outcomes)
    }

    static let tenants: [Weighted] = [
        Weighted(
            testDescription: "a tenant's own weights",
            settings: RoutingSettings(weights: ScoreWeights(success: 10, priority: 20, load: 30, handlingTime: 40, capability: 1)),
            candidate: skilled([:]), terms: [5, 10, 30, 20, 2, 0, 67]),
        Weighted(
            testDescription: "nothing but load",
            settings: RoutingSettings(weights: ScoreWeights(success: 0, priority: 0, load: 100, handlingTime: 0, capability: 0)),
            candidate: agent(load: 4), terms: [0, 0, 60, 0, 0, 0, 60]),
        // (3 + 2·0.5) / (3 + 1 + 2) of 12
        Weighted(
            testDescription: "what was learned, beside no general success", settings: RoutingSettings(learnedWeight: 12),
            candidate: skilled(["general/website": Outcomes(succeeded: 3, failed: 1)]),
            terms: [20, 12.5, 20, 7.5, 10, 12 * (4.0 / 6.0), 20 + 12.5 + 20 + 7.5 + 10 + 12 * (4.0 / 6.0)]),
        // (0 + 2·0.75) / 2 of 8
        Weighted(
            testDescription: "nothing learned yet: the general success", settings: RoutingSettings(learnedWeight: 8),
            candidate: skilled(["general/phone": Outcomes(succeeded: 90)], success: 0.75), terms: [30, 12.5, 20, 7.5, 10, 6, 86]),
        Weighted(
            testDescription: "nothing learned, and a success that is no number", settings: RoutingSettings(learnedWeight: 8),
            candidate: skilled([:], success: .nan), terms: [20, 12.5, 20, 7.5, 10, 4, 74]),
        Weighted(
            testDescription: "outcomes that nobody wants to learn from", settings: .standard,
            candidate: skilled(["general/website": Outcomes(succeeded: 3)]), terms: [20, 12.5, 20, 7.5, 10, 0, 70]),
        // 5·((6 + 1)/8 + (0 + 1)/(6 + 2))
        Weighted(
            testDescription: "capabilities by what became of them", settings: RoutingSettings(measuresCapabilities: true),
            candidate: skilled(["capability/pt": Outcomes(succeeded: 6), "capability/en": Outcomes(failed: 6)]),
            terms: [20, 12.5, 20, 7.5, 5, 0, 65]),
    ]

    @Test(arguments: tenants) func `follows the tenant's settings`(_ example: Weighted) throws {
        #expect(example.settings.problem == nil, "only what a tenant can have says something")
        let work = RoutingWork(
            sector: "general", requiredCapabilities: [AgentCapability(name: "pt", level: 1), AgentCapability(name: "en", level: 1)],
            lackingMax: 2, topic: "general/website")
        let verdict = RoutingPolicy(settings: example.settings).decide(RoutingSnapshot([example.candidate]), work)
        let terms = try #require(verdict.candidates.first?.terms)
        #expect(
            [terms.successRate, terms.priority, terms.load, terms.handlingTime, terms.capabilities, terms.learned, terms.total]
                == example.terms)
    }

    @Test func `of a candidate whose row is broken is a number all the same`() throws {
        for broken in [Double.nan, .infinity, -.infinity, .greatestFiniteMagnitude, -0.0] {
            let settings = RoutingSettings(learnedWeight: 20, measuresCapabilities: true)
            let verdict = RoutingPolicy(settings: settings).decide(
                RoutingSnapshot([agent(capabilities: ["pt"], success: broken, handling: broken)]),
                RoutingWork(sector: "general", requiredCapabilities: [AgentCapability(name: "pt", level: 1)], topic: "general/website"))
            #expect(try #require(verdict.candidates.first?.terms).total.isFinite, "\(broken)")
        }
    }

    @Test(arguments: cases) func `is the sum of its terms`(_ example: Case) throws {
        let verdict = decide(
            [example.candidate],
            RoutingWork(sector: "general", requiredCapabilities: example.required.map { AgentCapability(name: $0, level: 1) }))
        let terms = try #require(verdict.candidates.first?.terms)
        #expect(
            [terms.successRate, terms.priority, terms.load, terms.handlingTime, terms.capabilities, terms.total] == example.terms)
    }
}

@Suite struct `The best agent` {
    @Test func `has the highest score`() {
        let verdict = decide([agent(ana, load: 3), agent(bruno, load: 1), agent(carla, load: 2)])
        #expect(verdict.chosen == bruno)
        #expect(verdict.outcome == .assigned)
        #expect(verdict.candidates.map(\.agentID) == [bruno, carla, ana])
    }

    @Test func `among equals has waited longest since the last assignment`() {
        #expect(decide([agent(ana, lastAssigned: 30), agent(bruno, lastAssigned: 20), agent(carla, lastAssigned: 25)]).chosen == bruno)
    }

    @Test func `among equals was never assigned`() {
        #expect(decide([agent(ana, lastAssigned: 1), agent(bruno, lastAssigned: 2), agent(carla)]).chosen == carla)
    }

    @Test func `among complete equals has the smallest id`() {
        #expect(decide([agent(carla), agent(bruno), agent(ana)]).chosen == ana)
        #expect(decide([agent(carla, lastAssigned: 9), agent(bruno, lastAssigned: 9)]).chosen == bruno)
    }

    @Test func `wins by a hair`() {
        let verdict = decide([agent(ana, success: 0.7), agent(bruno, success: 0.7 + 1e-13)])
        #expect(verdict.candidates[0].terms != verdict.candidates[1].terms, "otherwise it is a tie")
        #expect(verdict.chosen == bruno)
    }

    @Test func `gives way to the preferred agent who may have the work`() {
        let work = RoutingWork(sector: "general", preferredAgentID: ana)
        let verdict = decide([agent(ana, priority: 0, load: 9), agent(bruno)], work)
        #expect(verdict.chosen == ana)
        #expect(verdict.outcome == .preferred)
        #expect(verdict.candidates.map(\.agentID) == [bruno, ana], "the ranking stays what the scores say")
    }

    @Test func `is taken when the preferred agent is away`() {
        let verdict = decide([agent(ana, status: .away), agent(bruno)], RoutingWork(sector: "general", preferredAgentID: ana))
        #expect(verdict.chosen == bruno)
        #expect(verdict.outcome == .assigned)
        #expect(verdict.refusalCounts == ["away": 1])
    }
}

@Suite struct `A candidate` {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let candidate: Candidate
        var work = RoutingWork(sector: "general")
        let reason: RefusalReason?
    }

    static let cases: [Case] = [
        Case(testDescription: "who may", candidate: agent(), reason: nil),
        Case(testDescription: "who chose offline", candidate: agent(status: .offline), reason: .offline),
        Case(testDescription: "online without a socket", candidate: agent(present: false), reason: .offline),
        Case(testDescription: "away", candidate: agent(status: .away), reason: .away),
        Case(testDescription: "busy", candidate: agent(status: .busy), reason: .busy),
        Case(testDescription: "away without a socket", candidate: agent(status: .away, present: false), reason: .away),
        Case(
            testDescription: "with a status of another version", candidate: agent(status: AgentStatus(rawValue: "napping")),
            reason: .offline),
        Case(testDescription: "not active", candidate: agent(active: false), reason: .inactive),
        Case(testDescription: "of another sector", candidate: agent(sector: "billing"), reason: .wrongSector),
        Case(
            testDescription: "without the capability", candidate: agent(capabilities: ["en"]),
            work: RoutingWork(
                sector: "general", requiredCapabilities: [AgentCapability(name: "en", level: 1), AgentCapability(name: "pt", level: 1)]),
            reason: .missingCapability),
        Case(
            testDescription: "without one that may be missing", candidate: agent(capabilities: ["en"]),
            work: RoutingWork(
                sector: "general", requiredCapabilities: [AgentCapability(name: "en", level: 1), AgentCapability(name: "pt", level: 1)],
                lackingMax: 1), reason: nil),
        Case(testDescription: "with the last place left", candidate: agent(capacity: 5, load: 4), reason: nil),
        Case(testDescription: "with no place left", candidate: agent(capacity: 5, load: 5), reason: .full),
        Case(testDescription: "without any capacity", candidate: agent(capacity: 0), reason: .full),
        Case(
            testDescription: "with too little room for the weight", candidate: agent(capacity: 5, load: 4),
            work: RoutingWork(sector: "general", weight: 2), reason: .full),
        Case(
            testDescription: "who has just returned it", candidate: agent(ana),
            work: RoutingWork(sector: "general", returnedByAgentID: ana), reason: .returned),
        Case(
            testDescription: "with a broken load", candidate: agent(capacity: 5, load: .min),
            work: RoutingWork(sector: "general", weight: .max), reason: .full),
    ]

    @Test(arguments: cases) func `is refused for one reason`(_ example: Case) {
        let verdict = decide([example.candidate], example.work)
        #expect(verdict.candidates.first?.refusal == example.reason?.rawValue)
        #expect(verdict.refusalCounts == (example.reason.map { [$0.rawValue: 1] } ?? [:]))
        #expect(verdict.outcome == (example.reason == nil ? .assigned : .queued))
    }
}

@Suite struct `A verdict` {
    private static func many(_ count: Int) -> [Candidate] {
        (0..<count).map { index in
            agent(
                AgentID(UUID(bytes: [UInt8](repeating: 0, count: 14) + [UInt8(index >> 8), UInt8(index & 255)])), capacity: 1000,
                load: index % 10)
        }
    }

    @Test func `without candidates is that the work waits`() {
        let verdict = decide([])
        #expect(verdict.outcome == .queued)
        #expect(verdict.candidates == [])
    }

    @Test func `keeps the best 200, counts the rest`() {
        let verdict = decide(Self.many(250) + [agent(AgentID("ffffffff-0000-0000-0000-000000000000")!, status: .away)])
        #expect(verdict.candidates.count == 200)
        #expect(verdict.candidates.allSatisfy { $0.terms != nil })
        #expect(verdict.refusalCounts == ["away": 1])
    }

    @Test func `keeps the preferred agent besides the best 200`() {
        let preferred = agent(AgentID("ffffffff-0000-0000-0000-000000000000")!, status: .away)
        let verdict = decide(Self.many(250) + [preferred], RoutingWork(sector: "general", preferredAgentID: preferred.id))
        #expect(verdict.candidates.count == 201)
        #expect(verdict.candidates.last?.agentID == preferred.id)
        #expect(verdict.candidates.last?.refusal == "away")
    }

    @Test func `does not depend on the order in which agents are listed`() {
        let candidates = Self.many(40)
        var generator = SystemRandomNumberGenerator()
        #expect(decide(candidates) == decide(candidates.shuffled(using: &generator)))
    }

    @Test func `has the digest that this snapshot always had`() {
        let snapshot = RoutingSnapshot([
            agent(ana, capabilities: ["pt", "en"], load: 2, success: 0.75, handling: 120, lastAssigned: 1_700_000_000.000001),
            agent(bruno, status: .away, present: false),
        ])
        #expect(snapshot.digest == "e2284ce4e3da1904467968614d2f70614fcddfb071191c48387b9a4fdbf04b91")
    }

    @Test func `has another digest when anything about an agent changes`() {
        let variants = [
            agent(), agent(bruno), agent(sector: "billing"), agent(priority: 6), agent(capabilities: ["a"]), agent(capacity: 21),
            agent(load: 1), agent(success: 0.5), agent(handling: 150), agent(active: false), agent(status: .away), agent(present: false),
            agent(lastAssigned: 0), agent(lastAssigned: 0.000001),
        ]
        let digests = variants.map { RoutingSnapshot([$0]).digest }
        #expect(Set(digests).count == variants.count)
    }

    @Test func `has the same digest however the snapshot came about`() {
        var snapshot = RoutingSnapshot([agent(ana), agent(carla, load: 3)])
        snapshot.put(agent(bruno))
        snapshot.put(agent(carla, load: 4))
        #expect(snapshot.digest == RoutingSnapshot([agent(carla, load: 4), agent(bruno), agent(ana)]).digest)
        #expect(snapshot.candidates.map(\.id) == [ana, bruno, carla])
    }
}

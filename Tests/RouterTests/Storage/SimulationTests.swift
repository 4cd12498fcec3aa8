import Contracts
import Foundation
import RouterService
import Storage
import TestSupport
import Testing

private func day(_ seconds: Double) -> Date { Date(timeIntervalSince1970: 1_800_000_000 + seconds) }

private func agent(_ last: Int, priority: Int = 5, capacity: Int = 1, status: AgentStatus = .online, capabilities: [String] = [])
    -> Candidate
{
    Candidate(
        id: AgentID("00000000-0000-0000-0000-00000000000\(last)")!, name: "Agent", sector: "general", priority: priority,
        capabilities: capabilities.map { AgentCapability(name: $0, level: 1) }, capacity: capacity, load: 0, status: status)
}

private func work(
    _ number: Int, at: Double, from: Double, to: Double, by holder: Candidate, asked: [Candidate], priority: Int = 5, byHand: Bool = false
) -> PastWork {
    PastWork(
        conversation: ConversationID("00000000-0000-0000-0000-0000000000c\(number)")!, arrivedAt: day(at), enteredAt: day(at),
        startedAt: day(from), endedAt: day(to), agent: holder.id, isByHand: byHand, channel: .website, priority: priority,
        work: RoutingWork(sector: "general"), asked: asked.map(\.id))
}

private func simulate(_ settings: RoutingSettings, _ past: [PastWork], _ seen: [SeenAgent], to: Double) -> [PolicySimulation.Placement] {
    var simulation = PolicySimulation(settings: settings, past: past, seen: seen, to: day(to))
    while simulation.advance(1) {}
    return simulation.placements
}

@Suite struct `A simulated period` {
    private static let byPriority = RoutingSettings(
        weights: ScoreWeights(success: 0, priority: 100, load: 0, handlingTime: 0, capability: 0))

    @Test func `goes as it went, by the policy that it had`() {
        let (ana, bruno) = (agent(1), agent(2))
        let both = [ana, bruno]
        let past = [
            work(1, at: 0, from: 0, to: 100, by: ana, asked: both), work(2, at: 10, from: 10, to: 50, by: bruno, asked: both),
            work(3, at: 20, from: 50, to: 60, by: bruno, asked: both), work(4, at: 30, from: 60, to: 90, by: bruno, asked: both),
        ]
        let seen = both.map { SeenAgent(at: day(0), candidate: $0) }
        let again = simulate(.standard, past, seen, to: 200)
        #expect(again == PolicySimulation.actual(past, to: day(200)))
        let figures = PolicySimulation.figures(again, agents: 2, from: day(0), to: day(200))
        // Waits 0, 0, 30, 30; held 100 + 40 + 10 + 30 of 400 agent seconds; 1 and 3 conversations: 16 / (2 · 10).
        #expect(
            figures
                == SimulationFigures(
                    conversations: 4, waitSecondsP50: 0, waitSecondsP90: 30, slaMetShare: 1, loadMean: 0.45, loadMax: 1, fairness: 0.8))
        #expect(PolicySimulation.differing(again, PolicySimulation.actual(past, to: day(200))) == 0)
    }

    @Test func `goes otherwise by another policy`() {
        let (ana, bruno) = (agent(1, capacity: 5), agent(2, priority: 9, capacity: 5))
        let both = [ana, bruno]
        let past = (1...4).map { work($0, at: Double($0), from: Double($0), to: 100, by: $0 % 2 == 0 ? ana : bruno, asked: both) }
        let placements = simulate(Self.byPriority, past, both.map { SeenAgent(at: day(0), candidate: $0) }, to: 200)
        #expect(placements.map(\.agent) == Array(repeating: bruno.id, count: 4))
        #expect(PolicySimulation.differing(placements, PolicySimulation.actual(past, to: day(200))) == 2)
        let figures = PolicySimulation.figures(placements, agents: 2, from: day(0), to: day(200))
        #expect(figures.loadMax == 4 && figures.fairness == 0.5)
    }

    @Test func `lets work wait while its agents are away, and takes the more urgent first`() {
        let (here, away) = (agent(1), agent(1, status: .away))
        let past = [
            work(1, at: 10, from: 60, to: 70, by: here, asked: [here]),
            work(2, at: 20, from: 50, to: 60, by: here, asked: [here], priority: 8),
        ]
        let seen = [SeenAgent(at: day(0), candidate: away), SeenAgent(at: day(50), candidate: here)]
        let placements = simulate(.standard, past, seen, to: 100)
        #expect(placements.map(\.startedAt) == [day(50), day(60)])
        #expect(placements.map(\.conversation) == [past[1].conversation, past[0].conversation])
    }

    @Test func `repeats what people did by hand, and says what would have waited in vain`() {
        let (ana, bruno) = (agent(1), agent(2, status: .away))
        let past = [
            work(1, at: 0, from: 5, to: 500, by: ana, asked: [ana], byHand: true),
            work(2, at: 10, from: 10, to: 20, by: bruno, asked: [ana, bruno]),
        ]
        let placements = simulate(.standard, past, [ana, bruno].map { SeenAgent(at: day(0), candidate: $0) }, to: 100)
        #expect(placements.map(\.agent) == [ana.id, nil])
        let figures = PolicySimulation.figures(placements, agents: 2, from: day(0), to: day(100))
        #expect(figures.conversations == 2 && figures.slaMetShare == 0.5 && figures.waitSecondsP90 == 90)
    }

    @Test func `without conversations has no figures to show`() {
        let figures = PolicySimulation.figures(simulate(.standard, [], [], to: 10), agents: 0, from: day(0), to: day(10))
        #expect(
            figures
                == SimulationFigures(
                    conversations: 0, waitSecondsP50: nil, waitSecondsP90: nil, slaMetShare: nil, loadMean: nil, loadMax: 0, fairness: nil))
    }
}

@Suite struct `A simulation` {
    private let draft = RoutingSettings(weights: ScoreWeights(success: 0, priority: 0, load: 100, handlingTime: 0, capability: 0))

    private func request(
        _ stage: RouterStage, _ id: SimulationID = .new(), days: Double = 1, settings: RoutingSettings? = nil, sector: String? = nil,
        role: Role = .supervisor, tenant: TenantID? = nil
    ) -> SimulateRouting {
        SimulateRouting(
            principal: stage.principal(.new(), role: role, tenant: tenant), id: id, from: Date(timeIntervalSinceNow: -86_400 * days + 3600),
            to: Date(timeIntervalSinceNow: 3600), settings: settings ?? draft, sector: sector)
    }

    private func find(_ asked: SimulateRouting, in stage: RouterStage) async throws -> RoutingSimulation {
        try await stage.ask(GetRoutingSimulation(principal: asked.principal, id: asked.id))
    }

    private func busy() async throws -> RouterStage {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana", capacity: 20)
        try await stage.agent("Bruno", capacity: 20)
        _ = try await stage.ask(SaveAgent(principal: stage.principal(.new(), role: .administrator), id: ana, isNew: false, priority: 10))
        for _ in 0..<8 { try await stage.hear(stage.waiting()) }
        return stage
    }

    @Test func `shows what a draft would have done beside what happened, the same each time`() async throws {
        let stage = try await busy()
        var results: [RoutingSimulation] = []
        let first = request(stage)
        for _ in 0..<2 {
            let asked = SimulateRouting(
                principal: first.principal, id: .new(), from: first.from, to: first.to, settings: first.settings)
            let begun = try await stage.ask(asked)
            #expect(begun.status == "running" && begun.actual == nil)
            await stage.replicas[0].service.simulations.run(asked)
            let done = try await find(asked, in: stage)
            #expect(done.status == "done" && done.progress == 1)
            results.append(done)
        }
        let (actual, drafted) = (try #require(results[0].actual), try #require(results[0].draft))
        #expect(actual.conversations == 8 && drafted.conversations == 8)
        #expect(try #require(drafted.fairness) > (try #require(actual.fairness)), "the draft shares by load")
        #expect(results[0].differing > 0)
        #expect(results[0].draft == results[1].draft && results[0].differing == results[1].differing)
    }

    @Test func `of the rules in use differs in nothing: ties, levels, channels' limits, preferred agents`() async throws {
        let settings = RoutingSettings(
            preferredWaitSeconds: 40, relaxation: [RelaxationStep(afterSeconds: 20, lackingMax: 0, levelsBelowMax: 2)])
        let stage = try await RouterStage.make(settings: settings)
        /// - Parameter late: seconds until the router looks at it.
        func arrive(_ event: ConversationWaiting, late: Double = 0) async throws {
            stage.keepTime()
            stage.world.advance(by: late)
            try await stage.hear(event)
        }
        let french = [AgentCapability(name: "french", level: 2)]
        let ana = try await stage.agent("Ana", capacity: 20)
        let bruno = try await stage.agent("Bruno", capacity: 20)
        for _ in 0..<6 { try await arrive(stage.waiting()) }
        _ = try await stage.ask(
            SaveAgent(principal: stage.admin, id: ana, isNew: false, capabilities: french, channelCapacities: ["phone": 1]))
        for _ in 0..<3 { try await arrive(stage.waiting(channel: .phone), late: 2) }
        // Nobody has this level until less is asked for.
        let needed = ConversationID.new()
        try await arrive(stage.waiting(needed, requires: [AgentCapability(name: "french", level: 4)]))
        try await stage.pass(25)
        // Bruno is full, and is waited for; then anybody has it.
        let load = try await stage.load(bruno)
        _ = try await stage.ask(SaveAgent(principal: stage.admin, id: bruno, isNew: false, capacity: load))
        let kept = ConversationID.new()
        try await arrive(stage.waiting(kept, preferred: bruno), late: 2)
        try await stage.pass(45)
        let rows = try await stage.database.query(
            .tenant(stage.tenant), "SELECT conversation_id, agent_id FROM router.assignments WHERE client_id = \(stage.tenant)")
        var holders: [ConversationID: AgentID] = [:]
        for row in rows { holders[try row["conversation_id"]] = try row["agent_id"] as AgentID }
        #expect(holders.count == 11 && Set(holders.values) == [ana, bruno], "otherwise it proves nothing")
        #expect(holders[needed] == ana && holders[kept] == ana)

        let asked = request(stage, settings: settings)
        _ = try await stage.ask(asked)
        await stage.replicas[0].service.simulations.run(asked)
        let done = try await find(asked, in: stage)
        let (actual, drafted) = (try #require(done.actual), try #require(done.draft))
        #expect(actual.conversations == 11 && drafted.conversations == 11)
        #expect(done.differing == 0)
        #expect(drafted.loadMax == actual.loadMax && drafted.fairness == actual.fairness)
        #expect(drafted.slaMetShare == actual.slaMetShare)
    }

    @Test func `is one of a company at a time, and its id names it`() async throws {
        let stage = try await busy()
        let first = request(stage)
        let begun = try await stage.ask(first)
        #expect(try await stage.ask(first).id == begun.id)
        await #expect(throws: RoutingError.simulationIDReused(id: first.id)) {
            _ = try await stage.ask(request(stage, first.id, settings: .standard))
        }
        await #expect(throws: RoutingError.simulationRunning) { _ = try await stage.ask(request(stage)) }
        _ = try await stage.ask(request(stage, tenant: .new()))
        await #expect(throws: RoutingError.simulationNotFound(id: first.id)) {
            _ = try await stage.ask(
                GetRoutingSimulation(principal: stage.principal(.new(), role: .supervisor, tenant: .new()), id: first.id))
        }
    }

    @Test func `whose router was stopped has failed, and another one can begin`() async throws {
        let stage = try await busy()
        let first = request(stage)
        _ = try await stage.ask(first)
        _ = try await stage.database.query(
            .tenant(stage.tenant), "UPDATE router.simulations SET lease_until = clock_timestamp() - interval '1 second'")
        let found = try await find(first, in: stage)
        #expect(found.status == "failed" && found.failure != nil)
        #expect(try await stage.ask(request(stage)).status == "running")
        await stage.replicas[0].service.simulations.run(first)
        #expect(try await find(first, in: stage).status == "failed", "it is not its own any more")
    }

    @Test func `of what cannot be is refused by the field's name`() async throws {
        let stage = try await busy()
        var broken = draft
        broken.weights.load = -1
        var unequal = draft
        unequal.weights.priority = 1
        let cases: [(field: String, request: SimulateRouting)] = [
            ("settings.weights.load", request(stage, settings: broken)), ("settings.weights.success", request(stage, settings: unequal)),
            ("sector", request(stage, sector: "nobody's")), ("sector", request(stage, sector: "")), ("to", request(stage, days: 93)),
            ("to", request(stage, days: -1)),
            (
                "from",
                SimulateRouting(
                    principal: stage.admin, id: .new(), from: Date(timeIntervalSinceNow: 3600), to: Date(timeIntervalSinceNow: 7200),
                    settings: draft)
            ),
        ]
        for example in cases {
            let error = await #expect(throws: RoutingError.self) { _ = try await stage.ask(example.request) }
            guard case .fieldInvalid(let field, _) = error else {
                Issue.record("\(example.field): \(String(describing: error))")
                continue
            }
            #expect(field == example.field)
        }
        await #expect(throws: RoutingError.roleMayNot(role: "agent")) {
            _ = try await stage.ask(request(stage, role: .agent))
        }
        #expect(try await stage.count("SELECT count(*) AS count FROM router.simulations") == 0)
    }
}

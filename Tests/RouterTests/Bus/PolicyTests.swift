import Contracts
import Foundation
import RouterService
import Storage
import TestSupport
import Testing

@Suite struct `A company's settings of routing` {
    private static let loadFirst = RoutingSettings(
        weights: ScoreWeights(success: 0, priority: 0, load: 100, handlingTime: 0, capability: 0))
    private static let priorityFirst = RoutingSettings(
        weights: ScoreWeights(success: 0, priority: 100, load: 0, handlingTime: 0, capability: 0))

    private func policy(_ stage: RouterStage) async throws -> RoutingPolicyInUse {
        try await stage.ask(GetRoutingPolicy(principal: stage.principal(.new(), role: .viewer)))
    }

    @Test func `are the defaults until accounts says others, and decide from then on`() async throws {
        let stage = try await RouterStage.make()
        #expect(try await policy(stage) == RoutingPolicyInUse(version: 0, settings: .standard, since: nil))
        let ana = try await stage.agent("Ana")
        let bruno = try await stage.agent("Bruno")
        _ = try await stage.ask(SaveAgent(principal: stage.principal(.new(), role: .administrator), id: ana, isNew: false, priority: 10))
        try await stage.hear(stage.waiting())
        #expect(try await stage.load(ana) == 1, "by default priority wins over a little load")
        try await stage.hear(BusinessRules(version: 1, routing: Self.loadFirst))
        let second = ConversationID.new()
        try await stage.hear(stage.waiting(second))
        #expect(try await stage.item(second)?.agentID == bruno)
        let decision = try #require(try await stage.decisions(about: second, limit: 1).first)
        #expect(decision.policyVersion == 1)
        #expect(decision.formulaVersion == RoutingPolicy.version)
        let used = try await policy(stage)
        #expect(used.version == 1)
        #expect(used.settings == Self.loadFirst)
        #expect(used.since != nil)
        try await stage.hear(BusinessRules(version: 2, routing: Self.priorityFirst))
        let third = ConversationID.new()
        try await stage.hear(stage.waiting(third))
        #expect(try await stage.item(third)?.agentID == ana)
    }

    @Test func `are numbered once, however often they are said, and an older word changes nothing`() async throws {
        let stage = try await RouterStage.make()
        try await stage.hear(BusinessRules(version: 3, routing: Self.loadFirst))
        try await stage.hear(BusinessRules(version: 3, routing: Self.loadFirst))
        try await stage.hear(BusinessRules(version: 2, routing: Self.priorityFirst))
        #expect(try await policy(stage).settings == Self.loadFirst)
        try await stage.hear(BusinessRules(version: 4, routing: Self.loadFirst))
        #expect(try await policy(stage).version == 1, "the rules changed elsewhere")
        try await stage.hear(BusinessRules(version: 5, routing: .standard))
        #expect(try await policy(stage).version == 2)
        #expect(try await stage.count("SELECT count(*) AS count FROM router.policies") == 2)
        #expect(try await stage.count("SELECT rules_version AS count FROM router.policies WHERE version = 1") == 3)
    }

    @Test func `that cannot be change nothing`() async throws {
        let stage = try await RouterStage.make()
        var broken = RoutingSettings.standard
        broken.weights.success = 77
        try await stage.hear(BusinessRules(version: 1, routing: broken))
        #expect(try await policy(stage).version == 0)
        try await stage.hear(BusinessRules(version: 2, routing: Self.loadFirst))
        #expect(try await policy(stage).settings == Self.loadFirst)
    }

    @Test func `are nobody else's`() async throws {
        let stage = try await RouterStage.make()
        try await stage.hear(BusinessRules(version: 1, routing: Self.loadFirst), tenant: .new())
        #expect(try await policy(stage).version == 0)
    }
}

@Suite struct `What became of conversations` {
    private static let learning = RoutingSettings(learnedWeight: 20)

    private func outcomes(_ stage: RouterStage, _ id: AgentID) async throws -> [String: Outcomes] {
        try #require(try await stage.reader.agent(id, of: stage.tenant)).outcomes
    }

    @Test func `is counted for the agent in the transaction that ends it`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let ids = (0..<5).map { _ in ConversationID.new() }
        for id in ids { try await stage.hear(stage.waiting(id)) }
        #expect(try await outcomes(stage, ana) == [:])
        try await stage.hear(stage.status(ids[0], .resolved, number: 1), sequence: 5)
        try await stage.hear(stage.status(ids[0], .resolved, number: 1), sequence: 5)
        try await stage.hear(stage.status(ids[1], .closed, number: 1), sequence: 5)
        try await stage.hear(stage.status(ids[2], .pending, number: 1), sequence: 5)
        _ = try await stage.ask(ReturnConversation(principal: stage.principal(ana), sessionID: ids[3], reason: "not mine"))
        #expect(try await outcomes(stage, ana) == ["general/website": Outcomes(succeeded: 2, failed: 1)])
    }

    @Test func `counts for nothing by default, and decides where the company wants it`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let superuser = stage.test.superuser()
        defer { superuser.close() }
        let bruno = try await stage.agent("Bruno")
        _ = try await superuser.query(
            .none, "UPDATE router.sector_agents SET outcomes = '{\"general/website\": [1, 17]}', success_rate = 0.6 WHERE id = \(ana)")
        _ = try await superuser.query(
            .none, "UPDATE router.sector_agents SET outcomes = '{\"general/website\": [18, 0]}', success_rate = 0.5 WHERE id = \(bruno)")
        let (first, second) = (ConversationID.new(), ConversationID.new())
        try await stage.hear(stage.waiting(first))
        #expect(try await stage.item(first)?.agentID == ana)
        try await stage.hear(BusinessRules(version: 1, routing: Self.learning))
        try await stage.hear(stage.status(first, .pending, number: 1), sequence: 5)
        try await stage.hear(stage.waiting(second))
        #expect(try await stage.item(second)?.agentID == bruno)
        let decision = try #require(try await stage.decisions(about: second, limit: 1).first)
        let best = try #require(decision.candidates.first)
        #expect(best.inputs["outcomes"]?["general/website"] == [18, 0])
        #expect(best.terms?.learned == 20 * ((18 + 2 * 0.5) / 20))
        let before = try #require(try await stage.decisions(about: first, limit: 1).first)
        #expect(before.candidates.allSatisfy { $0.terms?.learned == 0 && $0.inputs["outcomes"] == nil })
    }
}

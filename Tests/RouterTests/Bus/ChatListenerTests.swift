import Contracts
import Foundation
import RouterService
import Testing

@Suite struct `A waiting conversation` {
    @Test func `gets an agent who has room, in the transaction that hears of it`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))

        let said = try await stage.said(ConversationAssigned.self)
        #expect(said.map(\.assignment.sessionID) == [conversation])
        #expect(said.first?.assignment.agent == AgentSummary(id: ana, name: "Ana"))
        #expect(said.first?.assignment.number == 1)
        #expect(said.first?.assignment.reason == "routed")
        #expect(try await stage.item(conversation)?.status == .assigned)
        #expect(try await stage.load(ana) == 1)
        let decisions = try await stage.decisions(about: conversation, limit: 10)
        #expect(decisions.map(\.outcome) == ["assigned"])
        #expect(decisions.first?.id == said.first?.assignment.decisionID)
        #expect(decisions.first?.chosenAgentID == ana)
        #expect(decisions.first?.candidates.first?.terms?.total == 60)
    }

    @Test func `waits when nobody is there, and the decision says why`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        try await stage.choose(.away, ana)
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))
        #expect(try await stage.item(conversation)?.status == .waiting)
        #expect(try await stage.said(ConversationAssigned.self).isEmpty)
        let decision = try #require(
            try await stage.decisions(about: conversation, limit: 10).first)
        #expect(decision.outcome == "queued")
        #expect(decision.refusalCounts == ["away": 1])
        #expect(decision.candidates.map(\.refusal) == ["away"])
    }

    @Test func `is handed out by priority, then by the time it waits, then by id`() async throws {
        let stage = try await RouterStage.make()
        let (early, late, urgent) = (ConversationID.new(), ConversationID.new(), ConversationID.new())
        try await stage.hear(stage.waiting(early))
        try await stage.hear(stage.waiting(late))
        try await stage.hear(stage.waiting(urgent, priority: 9))
        // Two of one transaction and so of one time: made by hand.
        let twins = [ConversationID.new(), ConversationID.new()].sorted()
        try await stage.hear(stage.waiting(twins[1]), stage.waiting(twins[0]))
        _ = try await stage.database.transaction(.tenant(stage.tenant)) { transaction in
            try transaction.query(
                "UPDATE router.work_items SET waiting_since = '2030-01-01Z' WHERE client_id = \(stage.tenant) AND conversation_id = ANY(\(twins))"
            )
        }
        #expect(try await stage.said(ConversationAssigned.self).isEmpty, "nobody was there yet")
        try await stage.agent(capacity: 10)
        let order = try await stage.assignmentOrder()
        #expect(order == [urgent, early, late] + twins)
    }

    @Test func `goes to the agent who frees up, in the same transaction`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana", capacity: 1)
        let (first, second) = (ConversationID.new(), ConversationID.new())
        try await stage.hear(stage.waiting(first), stage.waiting(second))
        #expect(try await stage.item(second)?.status == .waiting, "Ana is full")
        try await stage.hear(stage.status(first, .resolved, number: 1), sequence: 5)
        #expect(try await stage.item(first)?.status == .released)
        #expect(try await stage.item(second)?.agentID == ana)
        #expect(try await stage.load(ana) == 1)
        #expect(try await stage.replicas[0].service.sweep.sweep() == 0)
    }

    @Test func `goes to its last agent first, who has room`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let bruno = try await stage.agent("Bruno")
        // Whoever is busier would not get it by score.
        for _ in 0..<3 { try await stage.hear(stage.waiting(preferred: ana)) }
        #expect(try await stage.load(ana) == 3)
        #expect(try await stage.load(bruno) == 0)
    }

    @Test func `that is heard twice is one conversation`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let event = stage.waiting(sequence: 3)
        try await stage.hear(event)
        try await stage.hear(event)
        #expect(try await stage.load(ana) == 1)
        #expect(try await stage.said(ConversationAssigned.self).count == 1)
    }

    @Test func `does not wait again because an old word of it comes late`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation, sequence: 1))
        try await stage.hear(stage.status(conversation, .resolved, number: 1), sequence: 6)
        #expect(try await stage.load(ana) == 0)
        try await stage.hear(stage.waiting(conversation, sequence: 4, number: 1))
        #expect(try await stage.item(conversation)?.status == .released)
        try await stage.hear(stage.waiting(conversation, sequence: 7, number: 1))
        #expect(try await stage.item(conversation)?.status == .assigned, "a new one counts")
        #expect(try await stage.item(conversation)?.assignmentNumber == 2)
    }

    @Test func `moves in the queue when its priority changes, and keeps its time`() async throws {
        let stage = try await RouterStage.make()
        let (first, second) = (ConversationID.new(), ConversationID.new())
        try await stage.hear(stage.waiting(first), stage.waiting(second))
        let since = try await stage.item(second)?.waitingSince
        try await stage.hear(stage.waiting(second, priority: 8))
        #expect(try await stage.place(of: second)?.position == 1)
        #expect(try await stage.item(second)?.waitingSince == since)
        try await stage.hear(stage.waiting(second, priority: 2, sequence: 4))
        #expect(try await stage.place(of: second)?.position == 2)
    }

    @Test func `of a sector that has nobody is everybody's`() async throws {
        let stage = try await RouterStage.make(sectors: ["billing"])
        let ana = try await stage.agent("Ana")
        let billing = try await stage.agent("Bea", sector: "billing")
        for sector in ["nowhere", "", String(repeating: "x", count: 5000), "a\u{0}b"] {
            try await stage.hear(stage.waiting(sector: sector))
        }
        try await stage.hear(stage.waiting(sector: "billing"))
        #expect(try await stage.load(ana) == 4)
        #expect(try await stage.load(billing) == 1)
    }

    @Test func `that closes leaves the queue for good`() async throws {
        let stage = try await RouterStage.make()
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))
        try await stage.hear(stage.status(conversation, .closed, number: 0), sequence: 2)
        try await stage.hear(stage.waiting(conversation, sequence: 9))
        try await stage.agent()
        #expect(try await stage.item(conversation)?.status == .closed)
        #expect(try await stage.said(ConversationAssigned.self).isEmpty)
    }

    @Test func `of one company never goes to another one's agent`() async throws {
        let stage = try await RouterStage.make()
        let other = TenantID.new()
        try await stage.agent(tenant: other)
        try await stage.hear(stage.waiting())
        #expect(try await stage.said(ConversationAssigned.self).isEmpty)
        // Several companies in one batch.
        let frames = try [stage.tenant, other, stage.tenant].map { tenant in
            let event = stage.waiting()
            return try stage.frame(event, key: event.sessionID.uuid, tenant: tenant)
        }
        try await stage.hear(frames: frames)
        #expect(try await stage.said(ConversationAssigned.self).count == 1)
        #expect(try await stage.count("SELECT count(*) AS count FROM router.work_items WHERE status = 'waiting'") == 3)
    }
}

@Suite struct `An assigned conversation` {
    @Test(arguments: [ConversationStatus.pending, .resolved, .closed]) func `gives its place back when it is no longer answered`(
        _ status: ConversationStatus
    ) async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))
        #expect(try await stage.load(ana) == 1)
        try await stage.hear(stage.status(conversation, status, number: 1), sequence: 4)
        #expect(try await stage.load(ana) == 0)
        #expect(try await stage.count("SELECT count(*) AS count FROM router.assignments WHERE ended_at IS NULL") == 0)
        #expect(
            try await stage.count(
                "SELECT count(*) AS count FROM router.assignments WHERE ended_reason = \(status) AND ended_at > started_at") == 1)
    }

    @Test func `stays assigned when chat became pending before it knew of the assignment`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))
        try await stage.hear(stage.status(conversation, .pending, number: 0), sequence: 4)
        #expect(try await stage.item(conversation)?.status == .assigned, "chat will apply number 1 whatever its status is")
        #expect(try await stage.load(ana) == 1)
        try await stage.hear(stage.waiting(conversation, sequence: 5, number: 0))
        #expect(try await stage.item(conversation)?.assignmentNumber == 1)
        #expect(try await stage.said(ConversationAssigned.self).count == 1)
    }

    @Test func `is freed by closing even when chat did not know of the assignment`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))
        try await stage.hear(stage.status(conversation, .closed, number: 0), sequence: 4)
        #expect(try await stage.load(ana) == 0)
        #expect(try await stage.item(conversation)?.status == .closed)
    }

    @Test func `waits again when chat, knowing of the assignment, says so`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana", capacity: 1)
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))
        try await stage.choose(.away, ana)
        try await stage.hear(stage.waiting(conversation, preferred: ana, sequence: 5, number: 1))
        #expect(try await stage.item(conversation)?.status == .waiting)
        #expect(try await stage.load(ana) == 0)
    }
}

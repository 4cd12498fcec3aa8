import Contracts
import Foundation
import RouterService
import Storage
import Testing

extension RouterStage {
    func accept(_ id: EntityID, by agent: AgentID, on replica: Int = 0) async throws -> Assignment {
        try await ask(AcceptOffer(principal: principal(agent), id: id), on: replica)
    }

    func decline(_ id: EntityID, by agent: AgentID, on replica: Int = 0) async throws {
        _ = try await ask(DeclineOffer(principal: principal(agent), id: id, note: "lunch"), on: replica)
    }

    func offers(to agent: AgentID) async throws -> [Offer] {
        try await ask(ListOffers(principal: principal(agent))).items
    }

    func states() async throws -> [OfferState] { try await said(OfferChanged.self).map(\.state) }

    func timerCount() async throws -> Int { try await count("SELECT count(*) AS count FROM router.timers") }

    func queue(limit: Int = 50, cursor: String? = nil) async throws -> Page<QueueEntry> {
        try await ask(ListQueue(principal: principal(.new(), role: .viewer), limit: limit, cursor: cursor))
    }
}

@Suite struct `An offer` {
    static let asking = RoutingSettings(offerTimeoutSeconds: 20)

    /// One agent who is asked, and what she is asked.
    private func asked(
        replicas: Int = 1, settings: RoutingSettings = asking
    ) async throws -> (stage: RouterStage, ana: AgentID, conversation: ConversationID, offer: Offer) {
        let stage = try await RouterStage.make(replicas: replicas, settings: settings)
        stage.keepTime()
        let ana = try await stage.agent("Ana")
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))
        return (stage, ana, conversation, try #require(try await stage.offers(to: ana).first))
    }

    @Test func `keeps room and assigns nothing until it is accepted`() async throws {
        let (stage, ana, conversation, offer) = try await asked()
        #expect(offer.sessionID == conversation)
        #expect(try await stage.item(conversation)?.status == .offered)
        #expect(try await stage.load(ana) == 1)
        #expect(try await stage.said(ConversationAssigned.self).isEmpty)
        #expect(try await stage.states() == [.offered])
        #expect(try await stage.timerCount() == 1)
        let assignment = try await stage.accept(offer.id, by: ana)
        #expect(assignment.agent.id == ana && assignment.reason == "routed")
        #expect(try await stage.said(ConversationAssigned.self).map(\.assignment) == [assignment])
        #expect(try await stage.states() == [.offered, .accepted])
        #expect(try await stage.load(ana) == 1)
        #expect(try await stage.timerCount() == 0)
        #expect(try await stage.offers(to: ana).isEmpty)
        let decision = try #require(
            try await stage.decisions(about: conversation, limit: 9).first)
        #expect(decision.id == assignment.decisionID && decision.chosenAgentID == ana)
        #expect(try await stage.accept(offer.id, by: ana) == assignment, "the answer was lost, and she asks again")
        #expect(try await stage.load(ana) == 1)
    }

    @Test func `that is declined goes to the next best, and begins again after a pause when all have declined`() async throws {
        let (stage, ana, conversation, offer) = try await asked()
        let bruno = try await stage.agent("Bruno")
        try await stage.decline(offer.id, by: ana)
        try await stage.decline(offer.id, by: ana)
        #expect(try await stage.load(ana) == 0)
        #expect(try await stage.offers(to: ana).isEmpty)
        let second = try #require(try await stage.offers(to: bruno).first)
        let reoffered = try #require(
            try await stage.decisions(about: conversation, limit: 9).first)
        #expect(reoffered.refusalCounts == ["declined": 1])
        try await stage.decline(second.id, by: bruno)
        #expect(try await stage.item(conversation)?.status == .waiting)
        let waiting = try #require(
            try await stage.decisions(about: conversation, limit: 9).first)
        #expect(waiting.outcome == "queued" && waiting.refusalCounts == ["declined": 2])
        try await stage.pass(5)
        #expect(try await stage.item(conversation)?.status == .waiting)
        try await stage.pass(26)
        #expect(try await stage.item(conversation)?.status == .offered)
        #expect(try await stage.count("SELECT count(*) AS count FROM router.offers WHERE note = 'lunch'") == 2)
    }

    @Test func `that nobody answers ends once, whatever the number of replicas`() async throws {
        let (stage, ana, conversation, offer) = try await asked(replicas: 3)
        let bruno = try await stage.agent("Bruno")
        stage.world.advance(by: 21)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for replica in stage.replicas { group.addTask { _ = try await replica.service.timerWatch.look() } }
            try await group.waitForAll()
        }
        #expect(try await stage.states().filter { $0 == .expired } == [.expired])
        #expect(try await stage.load(ana) == 0)
        #expect(try await stage.offers(to: bruno).map(\.sessionID) == [conversation])
        await #expect(throws: RoutingError.offerExpired(id: offer.id)) { _ = try await stage.accept(offer.id, by: ana) }
        await #expect(throws: RoutingError.offerExpired(id: offer.id)) { try await stage.decline(offer.id, by: ana) }
    }

    @Test func `is nobody else's`() async throws {
        let (stage, _, _, offer) = try await asked()
        let bruno = try await stage.agent("Bruno")
        await #expect(throws: RoutingError.offerNotFound(id: offer.id)) { _ = try await stage.accept(offer.id, by: bruno) }
        await #expect(throws: RoutingError.offerNotFound(id: offer.id)) { try await stage.decline(offer.id, by: bruno) }
    }

    @Test func `is withdrawn from whoever goes offline, and the next is asked`() async throws {
        let (stage, ana, conversation, _) = try await asked()
        let bruno = try await stage.agent("Bruno")
        try await stage.choose(.offline, ana)
        #expect(try await stage.load(ana) == 0)
        #expect(try await stage.offers(to: bruno).map(\.sessionID) == [conversation])
        #expect(try await stage.said(OfferChanged.self).filter { $0.state == .withdrawn }.count == 1)
    }

    @Test func `is withdrawn from whoever is switched off, and the next is asked`() async throws {
        let (stage, ana, _, offer) = try await asked()
        let bruno = try await stage.agent("Bruno")
        #expect(try await stage.offers(to: bruno).isEmpty)
        let off = try await stage.ask(SaveAgent(principal: stage.admin, id: ana, isNew: false, active: false))
        #expect(!off.active && off.load == 0)
        #expect(try await stage.offers(to: ana).isEmpty)
        #expect(try await stage.offers(to: bruno).map(\.sessionID) == [offer.sessionID])
        // What is said of two agents has no order.
        #expect(try await stage.states().map(\.rawValue).sorted() == ["offered", "offered", "withdrawn"])
    }

    @Test func `ends when somebody else takes the conversation, and when it is closed`() async throws {
        let (stage, ana, conversation, _) = try await asked()
        let bruno = try await stage.agent("Bruno")
        _ = try await stage.assign(conversation, by: stage.principal(bruno))
        #expect(try await stage.load(ana) == 0)
        #expect(try await stage.load(bruno) == 1)
        #expect(try await stage.states().last == .withdrawn)
        let other = ConversationID.new()
        try await stage.hear(stage.waiting(other))
        #expect(try await stage.load(ana) == 1)
        try await stage.hear(stage.status(other, .closed, number: 0), sequence: 1)
        #expect(try await stage.load(ana) == 0)
        #expect(try await stage.item(other)?.offer == nil)
        #expect(try await stage.timerCount() == 0)
    }

    @Test func `taken by hand by whoever was asked is accepted`() async throws {
        let (stage, ana, conversation, _) = try await asked()
        _ = try await stage.assign(conversation, by: stage.principal(ana))
        #expect(try await stage.states() == [.offered, .accepted])
        #expect(try await stage.load(ana) == 1)
    }

    @Test func `is not made to a machine, which has nobody to answer`() async throws {
        let stage = try await RouterStage.make(settings: Self.asking)
        let desk = AgentID.new()
        _ = try await stage.save(SaveAgent(principal: stage.admin, id: desk, isNew: true, name: "Night desk", kind: "automated"))
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))
        #expect(try await stage.item(conversation)?.agentID == desk)
    }
}

@Suite struct `Work that weighs` {
    @Test func `takes its channel's weight of an agent's capacity`() async throws {
        let stage = try await RouterStage.make(settings: RoutingSettings(channelWeights: ["phone": 3]))
        let ana = try await stage.agent("Ana", capacity: 5)
        let calls = [ConversationID.new(), .new()]
        for call in calls { try await stage.hear(stage.waiting(call, channel: .phone)) }
        #expect(try await stage.load(ana) == 3)
        #expect(try await stage.item(calls[1])?.status == .waiting, "two calls would be 6")
        let chat = ConversationID.new()
        try await stage.hear(stage.waiting(chat))
        #expect(try await stage.load(ana) == 4)
    }

    @Test func `stays within what a channel may take, and the database has the last word`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana", capacity: 5)
        let saved = try await stage.save(
            SaveAgent(principal: stage.admin, id: ana, isNew: false, channelCapacities: ["website": 2]))
        #expect(saved.channelCapacities == ["website": 2])
        let chats = [ConversationID.new(), .new(), .new()]
        for chat in chats { try await stage.hear(stage.waiting(chat)) }
        #expect(try await stage.load(ana) == 2)
        let why = try #require(try await stage.decisions(about: chats[2], limit: 1).first)
        #expect(why.refusalCounts == ["channel_full": 1])
        await #expect(throws: RoutingError.agentAtCapacity(name: "Ana", capacity: 5)) {
            _ = try await stage.assign(chats[2], to: ana, by: stage.admin)
        }
        let mail = ConversationID.new()
        try await stage.hear(stage.waiting(mail, channel: .email))
        #expect(try await stage.item(mail)?.agentID == ana)
        await #expect(throws: RoutingError.self) {
            _ = try await stage.save(SaveAgent(principal: stage.admin, id: ana, isNew: false, channelCapacities: ["website": 1]))
        }
        await #expect(throws: DatabaseError.self) {
            try await stage.database.query(
                .tenant(stage.tenant), "UPDATE router.sector_agents SET channel_loads = '{\"website\": 3}' WHERE id = \(ana)")
        }
        _ = try await stage.save(SaveAgent(principal: stage.admin, id: ana, isNew: false, channelCapacities: [:]))
        #expect(try await stage.item(chats[2])?.agentID == ana, "without a limit there is room")
    }

    @Test func `names a channel's limit that makes no sense`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        await #expect(throws: RoutingError.fieldInvalid(field: "channel_capacities.pigeon", detail: "is not a channel")) {
            _ = try await stage.save(SaveAgent(principal: stage.admin, id: ana, isNew: false, channelCapacities: ["pigeon": 1]))
        }
    }
}

@Suite struct `While a conversation waits` {
    @Test func `less is asked for, step by step, and each step wakes the queue`() async throws {
        let settings = RoutingSettings(relaxation: [
            RelaxationStep(afterSeconds: 30, levelsBelowMax: 2), RelaxationStep(afterSeconds: 90, lackingMax: 1, levelsBelowMax: 4),
        ])
        let stage = try await RouterStage.make(settings: settings)
        stage.keepTime()
        let ana = try await stage.agent("Ana")
        _ = try await stage.save(
            SaveAgent(principal: stage.admin, id: ana, isNew: false, capabilities: [AgentCapability(name: "pt", level: 2)]))
        let (portuguese, danish) = (ConversationID.new(), ConversationID.new())
        try await stage.hear(
            stage.waiting(portuguese, requires: [AgentCapability(name: "pt", level: 4)]),
            stage.waiting(danish, requires: [AgentCapability(name: "da", level: 1)]))
        #expect(try await stage.item(portuguese)?.status == .waiting)
        #expect(try await stage.timerCount() == 2)
        try await stage.pass(31)
        #expect(try await stage.item(portuguese)?.agentID == ana)
        #expect(try await stage.item(danish)?.status == .waiting)
        try await stage.pass(60)
        #expect(try await stage.item(danish)?.agentID == ana)
        #expect(try await stage.timerCount() == 0)
    }

    @Test func `in the end it goes to the agent of the highest priority, and the decision says so`() async throws {
        let settings = RoutingSettings(
            relaxation: [RelaxationStep(afterSeconds: 10, lackingMax: 0, levelsBelowMax: 1)], priorityFallbackSeconds: 60)
        let stage = try await RouterStage.make(settings: settings)
        stage.keepTime()
        let (ana, bruno, away) = (try await stage.agent("Ana"), try await stage.agent("Bruno"), try await stage.agent("Away"))
        for (agent, priority) in [(ana, 3), (bruno, 7), (away, 10)] {
            _ = try await stage.ask(SaveAgent(principal: stage.admin, id: agent, isNew: false, priority: priority))
        }
        try await stage.choose(.away, away)
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation, requires: [AgentCapability(name: "dutch", level: 3)]))
        try await stage.pass(50)
        #expect(try await stage.item(conversation)?.status == .waiting, "it has not waited long enough")
        try await stage.pass(15)
        #expect(try await stage.item(conversation)?.agentID == bruno)
        let decision = try #require(try await stage.decisions(about: conversation, limit: 9).first)
        #expect(decision.work["falls_back"] == .bool(true) && decision.outcome == "assigned")
        #expect(decision.candidates.first?.agentID == bruno)
        #expect(decision.refusalCounts == ["away": 1])
        #expect(try await stage.timerCount() == 0)
    }

    @Test func `it is kept for its preferred agent who is full, and then given to anybody`() async throws {
        let stage = try await RouterStage.make(settings: RoutingSettings(preferredWaitSeconds: 60))
        stage.keepTime()
        let ana = try await stage.agent("Ana", capacity: 1)
        let first = ConversationID.new()
        try await stage.hear(stage.waiting(first))
        #expect(try await stage.item(first)?.agentID == ana)
        let bruno = try await stage.agent("Bruno")
        let (kept, quick) = (ConversationID.new(), ConversationID.new())
        try await stage.hear(stage.waiting(kept, preferred: ana), stage.waiting(quick, preferred: ana))
        let why = try #require(try await stage.decisions(about: kept, limit: 1).first)
        #expect(why.refusalCounts == ["full": 1, "kept_for_preferred": 1])
        try await stage.hear(stage.status(first, .resolved, number: 1), sequence: 5)
        #expect(try await stage.item(kept)?.agentID == ana, "she has room again")
        #expect(try await stage.item(quick)?.status == .waiting)
        try await stage.pass(61)
        #expect(try await stage.item(quick)?.agentID == bruno)
    }

    @Test func `new settings count for what waits already, once and in parts`() async throws {
        let stage = try await RouterStage.make(settings: RoutingSettings(priorityFallbackSeconds: nil))
        stage.keepTime()
        let ana = try await stage.agent("Ana", capacity: 1000)
        let ids = (0...QueueTurn.firedMax).map { _ in ConversationID.new() }
        for id in ids { try await stage.hear(stage.waiting(id, requires: [AgentCapability(name: "da", level: 1)])) }
        #expect(try await stage.load(ana) == 0)
        #expect(try await stage.timerCount() == 0, "nothing was ever to be asked for less")
        let hour = RelaxationStep(afterSeconds: 3600, lackingMax: 1)
        try await stage.hear(BusinessRules(version: 2, routing: RoutingSettings(relaxation: [hour], priorityFallbackSeconds: nil)))
        try await stage.pass(0)
        #expect(try await stage.timerCount() == ids.count)
        #expect(
            try await stage.count("SELECT count(*) AS count FROM router.timers WHERE due_at < now() + interval '50 minutes'") == 0,
            "each has the time of its step")
        #expect(try await stage.load(ana) == 0)
        let soon = RelaxationStep(afterSeconds: 30, lackingMax: 1)
        try await stage.pass(31)
        #expect(try await stage.load(ana) == 0, "by the settings in use an hour must pass")
        try await stage.hear(BusinessRules(version: 3, routing: RoutingSettings(relaxation: [soon], priorityFallbackSeconds: nil)))
        try await stage.pass(0)
        #expect(try await stage.load(ana) == ids.count)
        #expect(try await stage.timerCount() == 0)
    }

    @Test func `what is on offer keeps the time that its agent was told, and whoever was kept for somebody is not any more`() async throws {
        let stage = try await RouterStage.make(settings: RoutingSettings(offerTimeoutSeconds: 20, preferredWaitSeconds: 3600))
        stage.keepTime()
        let ana = try await stage.agent("Ana", capacity: 1)
        let (offered, kept) = (ConversationID.new(), ConversationID.new())
        try await stage.hear(stage.waiting(offered))
        let offer = try #require(try await stage.offers(to: ana).first)
        let bruno = try await stage.agent("Bruno")
        try await stage.hear(stage.waiting(kept, preferred: ana))
        #expect(try await stage.item(kept)?.status == .waiting)
        try await stage.hear(BusinessRules(version: 2, routing: RoutingSettings(offerTimeoutSeconds: 600)))
        try await stage.pass(0)
        #expect(try await stage.offers(to: bruno).map(\.sessionID) == [kept])
        #expect(try await stage.offers(to: ana).map(\.expiresAt) == [offer.expiresAt])
        try await stage.pass(21)
        #expect(try await stage.item(offered)?.offer?.id != offer.id)
    }

    @Test func `it stays with the team to which it was transferred, also when it comes back`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let team = TeamID.new()
        _ = try await stage.team("Billing", id: team)
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))
        _ = try await stage.ask(ReturnConversation(principal: stage.admin, sessionID: conversation, reason: "invoice", teamID: team))
        #expect(try await stage.item(conversation)?.teamID == team)
        let assigned = try await stage.assign(conversation, by: stage.principal(ana))
        try await stage.hear(stage.status(conversation, .pending, number: assigned.number), sequence: 5)
        try await stage.hear(stage.waiting(conversation, sequence: 6, number: assigned.number))
        #expect(try await stage.item(conversation)?.teamID == team)
    }

    @Test func `its place in the list is its place in the queue, page by page`() async throws {
        let stage = try await RouterStage.make(settings: `An offer`.asking)
        stage.keepTime()
        let ids = try await stage.queued(3)
        let urgent = ConversationID.new()
        try await stage.hear(stage.waiting(urgent, priority: 9))
        let ana = try await stage.agent("Ana", capacity: 1)
        let first = try await stage.queue(limit: 2)
        #expect(first.items.map(\.sessionID) == [urgent, ids[0]])
        #expect(first.items.map(\.position) == [1, 2])
        #expect(first.items[0].offeredTo?.id == ana && first.items[0].offerExpiresAt != nil)
        #expect(first.items[1].offeredTo == nil && first.nextCursor != nil)
        let rest = try await stage.queue(limit: 2, cursor: first.nextCursor)
        #expect(rest.items.map(\.sessionID) == [ids[1], ids[2]])
        #expect(rest.items.map(\.position) == [3, 4])
        #expect(rest.nextCursor == nil)
        try await stage.hear(stage.waiting(ids[2], priority: 8))
        #expect(try await stage.queue().items.map(\.sessionID) == [urgent, ids[2], ids[0], ids[1]])
    }
}

@Suite struct `An agent who went offline` {
    private func gone() async throws -> (stage: RouterStage, ana: AgentID, conversation: ConversationID) {
        let stage = try await RouterStage.make(settings: RoutingSettings(offlineGraceSeconds: 60))
        stage.keepTime()
        let ana = try await stage.agent("Ana")
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))
        #expect(try await stage.item(conversation)?.agentID == ana)
        try await stage.choose(.offline, ana)
        #expect(try await stage.timerCount() == 1)
        return (stage, ana, conversation)
    }

    @Test func `keeps open conversations for a while, and then others get them`() async throws {
        let (stage, ana, conversation) = try await gone()
        let bruno = try await stage.agent("Bruno")
        try await stage.pass(10)
        #expect(try await stage.item(conversation)?.agentID == ana)
        try await stage.pass(51)
        #expect(try await stage.item(conversation)?.agentID == bruno)
        #expect(try await stage.load(ana) == 0)
        #expect(try await stage.said(ConversationUnassigned.self).map(\.reason) == ["agent_offline"])
        #expect(try await stage.timerCount() == 0)
    }

    @Test func `and came back keeps them`() async throws {
        let (stage, ana, conversation) = try await gone()
        try await stage.choose(.away, ana)
        #expect(try await stage.timerCount() == 0)
        try await stage.pass(120)
        #expect(try await stage.item(conversation)?.agentID == ana)
    }

    @Test func `has the new time when the company changes it, and all time when it takes it away`() async throws {
        let (stage, ana, conversation) = try await gone()
        try await stage.hear(BusinessRules(version: 2, routing: .standard))
        #expect(try await stage.timerCount() == 0)
        try await stage.pass(120)
        #expect(try await stage.item(conversation)?.agentID == ana)
        try await stage.hear(BusinessRules(version: 3, routing: RoutingSettings(offlineGraceSeconds: 30)))
        #expect(try await stage.timerCount() == 1)
        try await stage.pass(20)
        #expect(try await stage.item(conversation)?.agentID == ana)
        try await stage.pass(11)
        #expect(try await stage.item(conversation)?.status == .waiting)
    }

    @Test func `on one of two devices is still there`() async throws {
        let stage = try await RouterStage.make(settings: RoutingSettings(offlineGraceSeconds: 60))
        let ana = try await stage.agent("Ana")
        _ = try await stage.database.query(
            .tenant(stage.tenant),
            """
            INSERT INTO router.agent_connections (client_id, agent_id, gateway, expires_at)
            VALUES (\(stage.tenant), \(ana), \(EntityID.new()), now() + interval '1 minute'),
                   (\(stage.tenant), \(ana), \(EntityID.new()), now() - interval '1 minute')
            """)
        _ = try await stage.database.query(
            .tenant(stage.tenant), "UPDATE router.sector_agents SET present_until = now() - interval '1 minute' WHERE id = \(ana)")
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))
        #expect(try await stage.item(conversation)?.agentID == ana)
        _ = try await stage.database.query(
            .tenant(stage.tenant), "UPDATE router.agent_connections SET expires_at = now() - interval '1 second' WHERE agent_id = \(ana)")
        try await stage.replicas[0].service.presenceWatch.look()
        #expect(try await stage.timerCount() == 1, "the last socket is gone")
        try await stage.pass(61)
        #expect(try await stage.item(conversation)?.status == .waiting)
    }
}

@Suite struct `Over a long run` {
    /// README: agents of equal score, each conversation ended before the next comes, differ by at most one conversation.
    @Test(arguments: [RoutingSettings.standard, RoutingSettings(offerTimeoutSeconds: 20)])
    func `agents of equal score get equal shares`(settings: RoutingSettings) async throws {
        let stage = try await RouterStage.make(settings: settings)
        stage.keepTime()
        var agents: [AgentID] = []
        for number in 0..<4 { agents.append(try await stage.agent("Agent \(number)")) }
        var shares: [AgentID: Int] = [:]
        for _ in 0..<50 {
            let conversation = ConversationID.new()
            try await stage.hear(stage.waiting(conversation))
            var item = try #require(try await stage.item(conversation))
            if let offer = item.offer {
                _ = try await stage.accept(offer.id, by: offer.agentID)
                item = try #require(try await stage.item(conversation))
            }
            shares[try #require(item.agentID), default: 0] += 1
            try await stage.hear(stage.status(conversation, .closed, number: item.assignmentNumber), sequence: 1)
        }
        #expect(shares.values.reduce(0, +) == 50 && shares.count == 4)
        #expect(try #require(shares.values.max()) - (try #require(shares.values.min())) <= 1)
    }
}

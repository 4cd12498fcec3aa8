import Bus
import Contracts
import Foundation
import RouterService
import Storage
import Testing

extension RouterStage {
    func assign(
        _ conversation: ConversationID, to agent: AgentID? = nil, by principal: Principal, reason: String = "taken", on replica: Int = 0
    ) async throws -> Assignment {
        try await ask(AssignConversation(principal: principal, sessionID: conversation, agentID: agent, reason: reason), on: replica)
    }

    func giveBack(_ conversation: ConversationID, by principal: Principal, key: RequestKey = .random()) async throws {
        _ = try await ask(ReturnConversation(principal: principal, sessionID: conversation, reason: "lunch"), key: key)
    }

    func save(_ request: SaveAgent) async throws -> RoutingAgent {
        try await ask(request)
    }

    var admin: Principal { principal(.new(), role: .administrator, name: "Carla") }

    /// Waits, because nobody is there.
    func queued(_ count: Int = 1) async throws -> [ConversationID] {
        let ids = (0..<count).map { _ in ConversationID.new() }
        for id in ids { try await hear(waiting(id)) }
        return ids
    }
}

@Suite struct `Taking a conversation` {
    @Test func `claims room and is told to chat`() async throws {
        let stage = try await RouterStage.make()
        let conversation = try await stage.queued()[0]
        let ana = AgentID.new()
        try await stage.hear(stage.user(ana, name: "Ana"))
        let assignment = try await stage.assign(conversation, by: stage.principal(ana, name: "Ana"))
        #expect(assignment.reason == "taken")
        #expect(assignment.number == 1)
        #expect(assignment.agent.id == ana)
        #expect(try await stage.said(ConversationAssigned.self).map(\.assignment) == [assignment])
        #expect(try await stage.load(ana) == 1)
        let decision = try #require(
            try await stage.decisions(about: conversation, limit: 1).first)
        #expect(decision.id == assignment.decisionID)
        #expect(decision.outcome == "manual")
    }

    @Test func `again answers the assignment that stands`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))
        let first = try await stage.assign(conversation, by: stage.principal(ana))
        let second = try await stage.assign(conversation, by: stage.principal(ana))
        #expect(first == second)
        #expect(first.reason == "routed")
        #expect(try await stage.load(ana) == 1)
        #expect(try await stage.said(ConversationAssigned.self).map(\.assignment) == [first])
    }

    @Test func `works for somebody whom accounts has not announced yet`() async throws {
        let stage = try await RouterStage.make()
        let conversation = try await stage.queued()[0]
        let ana = AgentID.new()
        let assignment = try await stage.assign(conversation, by: stage.principal(ana, name: "Ana"))
        #expect(assignment.agent.name == "Ana")
        try await stage.hear(stage.user(ana, name: "Ana Maria"))
        #expect(try await stage.reader.agent(ana, of: stage.tenant)?.name == "Ana Maria")
        #expect(try await stage.load(ana) == 1)
    }

    @Test func `is refused when full, held by a colleague, closed, unknown, or another company's`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana", capacity: 1)
        let held = ConversationID.new()
        try await stage.hear(stage.waiting(held))
        let waiting = try await stage.queued()[0]
        let bruno = stage.principal(.new(), name: "Bruno")
        await #expect(throws: RoutingError.agentAtCapacity(name: "Ana", capacity: 1)) {
            try await stage.assign(waiting, by: stage.principal(ana))
        }
        await #expect(throws: RoutingError.conversationHeldByColleague(name: "Ana")) { try await stage.assign(held, by: bruno) }
        await #expect(throws: RoutingError.roleMayNot(role: "agent")) { try await stage.assign(waiting, to: ana, by: bruno) }
        let unknown = ConversationID.new()
        await #expect(throws: RoutingError.conversationNotFound(id: unknown)) { try await stage.assign(unknown, by: bruno) }
        await #expect(throws: RoutingError.conversationNotFound(id: waiting)) {
            try await stage.assign(waiting, by: stage.principal(bruno.subject, tenant: .new()))
        }
        try await stage.hear(stage.status(waiting, .closed, number: 0), sequence: 3)
        await #expect(throws: RoutingError.conversationClosed(id: waiting)) { try await stage.assign(waiting, by: bruno) }
        for role in [Role.viewer, .customer, .service] {
            await #expect(throws: RoutingError.roleMayNot(role: role.rawValue)) {
                try await stage.assign(held, by: stage.principal(.new(), role: role))
            }
        }
        await #expect(throws: RoutingError.self) {
            try await stage.assign(held, by: stage.admin, reason: String(repeating: "x", count: 1001))
        }
        #expect(try await stage.load(ana) == 1)
    }

    @Test func `of a resolved one is possible: an answer opens it again`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))
        try await stage.hear(stage.status(conversation, .resolved, number: 1), sequence: 3)
        let assignment = try await stage.assign(conversation, by: stage.principal(ana))
        #expect(assignment.number == 2)
        #expect(try await stage.load(ana) == 1)
    }
}

@Suite struct `A supervisor` {
    @Test func `gives a conversation to whom she wants, and takes it away again`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana", capacity: 1)
        let (first, second) = (ConversationID.new(), ConversationID.new())
        try await stage.hear(stage.waiting(first), stage.waiting(second))
        let bruno = AgentID.new()
        try await stage.hear(stage.user(bruno, name: "Bruno"))
        let transfer = try await stage.assign(first, to: bruno, by: stage.admin, reason: "Knows the customer")
        #expect(transfer.reason == "transferred")
        #expect(transfer.number == 2)
        #expect(try await stage.load(bruno) == 1, "although he is offline")
        #expect(try await stage.item(second)?.agentID == ana, "the place that this made was filled at once")
        #expect(try await stage.load(ana) == 1)
        #expect(
            try await stage.count("SELECT count(*) AS count FROM router.assignments WHERE note = 'Knows the customer'") == 1)
        let mine = try await stage.assign(second, by: stage.admin)
        #expect(mine.reason == "transferred")
        #expect(mine.agent.name == "Carla", "she answers by hand although she is not in the rotation")
    }

    @Test func `cannot give it to somebody who is not there for it`() async throws {
        let stage = try await RouterStage.make()
        let conversation = try await stage.queued()[0]
        let (viewer, gone) = (AgentID.new(), AgentID.new())
        try await stage.hear(stage.user(gone, name: "Gone"))
        try await stage.hear(stage.user(gone, name: "Gone", disabled: true), isNew: false)
        await #expect(throws: RoutingError.agentNotFound(id: viewer)) { try await stage.assign(conversation, to: viewer, by: stage.admin) }
        await #expect(throws: RoutingError.agentNotActive(name: "Gone")) { try await stage.assign(conversation, to: gone, by: stage.admin) }
    }
}

@Suite struct `Returning a conversation` {
    @Test func `puts it at its old place and gives it to somebody else`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana", capacity: 1)
        let (first, second) = (ConversationID.new(), ConversationID.new())
        try await stage.hear(stage.waiting(first), stage.waiting(second))
        let before = try #require(try await stage.item(first))
        try await stage.giveBack(first, by: stage.principal(ana, name: "Ana"))
        let after = try #require(try await stage.item(first))
        #expect(after.status == .waiting)
        #expect(after.waitingSince == before.waitingSince)
        #expect(try await stage.item(second)?.agentID == ana, "she gets the next one, not the same again")
        let unassigned = try #require(try await stage.said(ConversationUnassigned.self).first)
        #expect(unassigned.number == 2)
        #expect(unassigned.previousAgent == AgentSummary(id: ana, name: "Ana"))
        #expect(unassigned.reason == "returned")
        // chat puts it back and says so, with its last agent as the preferred one.
        try await stage.hear(stage.waiting(first, preferred: ana, sequence: 7, number: 2))
        #expect(try await stage.item(first)?.status == .waiting)
        #expect(try await stage.item(first)?.waitingSince == before.waitingSince)
        let bruno = try await stage.agent("Bruno")
        #expect(try await stage.item(first)?.agentID == bruno)
        #expect(try await stage.item(first)?.assignmentNumber == 3)
        #expect(try await stage.replicas[0].service.sweep.sweep() == 0)
    }

    @Test func `does not keep those behind it from whoever returned it`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana", capacity: 1)
        let first = ConversationID.new()
        try await stage.hear(stage.waiting(first, priority: 10))
        try await stage.giveBack(first, by: stage.principal(ana))
        let second = ConversationID.new()
        try await stage.hear(stage.waiting(second))
        #expect(try await stage.item(first)?.status == .waiting)
        #expect(try await stage.item(second)?.agentID == ana)
    }

    @Test func `asked twice with one key happens once`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))
        let key = RequestKey.random()
        try await stage.giveBack(conversation, by: stage.principal(ana), key: key)
        try await stage.giveBack(conversation, by: stage.principal(ana), key: key)
        #expect(try await stage.said(ConversationUnassigned.self).count == 1)
        await #expect(throws: RoutingError.conversationNotAssigned(id: conversation)) {
            try await stage.giveBack(conversation, by: stage.principal(ana))
        }
    }

    @Test func `is for its holder and for supervisors`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))
        await #expect(throws: RoutingError.conversationHeldByColleague(name: "Ana")) {
            try await stage.giveBack(conversation, by: stage.principal(.new()))
        }
        #expect(try await stage.load(ana) == 1)
        try await stage.giveBack(conversation, by: stage.principal(.new(), role: .supervisor))
        #expect(try await stage.load(ana) == 0)
    }
}

@Suite struct `An agent's presence` {
    @Test func `chosen Offline stays though the inbox is opened again, until something else is chosen`() async throws {
        let stage = try await RouterStage.make(replicas: 2)
        let ana = AgentID.new()
        try await stage.hear(stage.user(ana, name: "Ana"))
        let opened = try await stage.happens(.online, ana)
        #expect(opened.status == .online, "without a choice opening sets online, or this test proves nothing")
        try await stage.choose(.offline, ana)
        #expect(try await stage.happens(.online, ana).status == .offline)
        // As read by somebody else, and after signing out and in.
        #expect(try await stage.happens(.offline, ana, on: 1).status == .offline)
        #expect(try await stage.happens(.online, ana, on: 1).status == .offline)
        #expect(try await stage.choose(.online, ana).effectiveStatus == .online)
    }

    @Test func `ends with signing out, unless it was chosen otherwise, and opening brings it back`() async throws {
        let stage = try await RouterStage.make()
        let ana = AgentID.new()
        try await stage.hear(stage.user(ana, name: "Ana"))
        try await stage.choose(.online, ana)
        #expect(try await stage.happens(.offline, ana).effectiveStatus == .offline)
        #expect(try await stage.happens(.online, ana).effectiveStatus == .online)
        for status in [AgentStatus.away, .busy] {
            try await stage.choose(status, ana)
            #expect(try await stage.happens(.offline, ana).status == status)
            #expect(try await stage.happens(.online, ana).status == status)
        }
    }

    @Test(arguments: [AgentStatus.away, .busy]) func `is away or busy by choice only`(status: AgentStatus) async throws {
        let stage = try await RouterStage.make()
        await #expect(throws: (any Error).self) { try await stage.happens(status, .new()) }
    }

    /// As if so many seconds had gone by: everything that expires, expires so much earlier.
    func pass(_ seconds: Double, in stage: RouterStage) async throws {
        let database = stage.test.superuser()
        _ = try await database.pipeline(
            .none,
            [
                "UPDATE router.agent_connections SET expires_at = expires_at - make_interval(secs => \(seconds))",
                "UPDATE router.sector_agents SET present_until = present_until - make_interval(secs => \(seconds))",
            ])
    }

    func renew(_ agents: [AgentID], gateway: EntityID, in stage: RouterStage, on replica: Int = 0) async throws {
        _ = try await stage.ask(
            RenewAgentConnections(
                gateway: gateway, agents: agents.map { ConnectedAgent(clientID: stage.tenant, agentID: $0) }), on: replica)
    }

    @Test func `counts for a minute after it was chosen, and no longer, by itself`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let minute = try await stage.count(
            """
            SELECT count(*) FROM router.sector_agents
             WHERE present_until BETWEEN updated_at + interval '59 seconds' AND clock_timestamp() + interval '60 seconds'
            """)
        #expect(minute == 1)
        // Half of it, so that a slow machine is not mistaken for the other half.
        try await pass(30, in: stage)
        try await stage.hear(stage.waiting())
        #expect(try await stage.load(ana) == 1)
        try await pass(31, in: stage)
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))
        #expect(try await stage.item(conversation)?.status == .waiting)
        #expect(try await stage.reader.agent(ana, of: stage.tenant)?.presence.effectiveStatus == .offline)
        #expect(try await stage.reader.agent(ana, of: stage.tenant)?.presence.status == .online)
        #expect(try await stage.reader.agent(ana, of: stage.tenant)?.presence.reason == "Your inbox is not connected.")
        #expect(try await stage.availability().onlineAgentCount == 0)
    }

    @Test func `of a connected agent lasts while the gateway renews it`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let gateway = EntityID.new()
        for _ in 0..<3 {
            try await renew([ana], gateway: gateway, in: stage)
            try await pass(30, in: stage)
        }
        #expect(try await stage.reader.agent(ana, of: stage.tenant)?.effectiveStatus == .online)
        try await renew([], gateway: gateway, in: stage)
        #expect(try await stage.reader.agent(ana, of: stage.tenant)?.effectiveStatus == .online, "a page that reloads is no absence")
        try await pass(31, in: stage)
        #expect(try await stage.reader.agent(ana, of: stage.tenant)?.effectiveStatus == .offline)
    }

    @Test func `that comes back takes waiting work at once`() async throws {
        let stage = try await RouterStage.make(replicas: 2)
        let ana = try await stage.agent("Ana")
        try await pass(61, in: stage)
        #expect(try await stage.replicas[0].service.presenceWatch.look() == 1)
        #expect(try await stage.replicas[1].service.presenceWatch.look() == 0)
        let conversation = try await stage.queued()[0]
        #expect(try await stage.item(conversation)?.status == .waiting)
        try await renew([ana], gateway: .new(), in: stage, on: 1)
        #expect(try await stage.item(conversation)?.agentID == ana)
        #expect(try await stage.replicas[0].service.sweep.sweep() == 0)
        let said = try await stage.said(AgentPresenceChanged.self).filter { $0.agentID == ana }
        #expect(said.map(\.status) == [.offline, .online, .offline, .online])
        #expect(said.last?.load == 1)
        #expect(said.last?.capacity == 5)
    }

    @Test(arguments: [AgentStatus.away, .busy, .offline]) func `that was chosen wins over the socket`(_ status: AgentStatus) async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        try await renew([ana], gateway: .new(), in: stage)
        let presence = try await stage.choose(status, ana)
        #expect(presence.effectiveStatus == status)
        #expect(presence.reason != nil)
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))
        #expect(try await stage.item(conversation)?.status == .waiting)
        let back = try await stage.choose(.online, ana)
        #expect(back.load == 1, "what waited came with it")
        #expect(back.reason == nil)
        #expect(try await stage.item(conversation)?.agentID == ana)
    }

    @Test func `is not for viewers, customers and keys, and takes only known words`() async throws {
        let stage = try await RouterStage.make()
        for role in [Role.viewer, .customer, .service] {
            await #expect(throws: RoutingError.roleMayNot(role: role.rawValue)) { try await stage.choose(.online, .new(), role: role) }
        }
        await #expect(throws: RoutingError.self) { try await stage.choose(AgentStatus(rawValue: "napping"), .new()) }
    }

    @Test func `of an administrator brings no work until switched on`() async throws {
        let stage = try await RouterStage.make()
        let carla = try await stage.agent("Carla", role: .administrator)
        let conversation = try await stage.queued()[0]
        #expect(try await stage.item(conversation)?.status == .waiting)
        #expect(try await stage.reader.agent(carla, of: stage.tenant)?.presence.reason != nil)
        let agent = try await stage.save(SaveAgent(principal: stage.admin, id: carla, isNew: false, active: true))
        #expect(agent.load == 1)
        #expect(try await stage.item(conversation)?.agentID == carla)
    }
}

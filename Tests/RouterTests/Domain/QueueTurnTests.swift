import Contracts
import Foundation
import RouterService
import Testing

@Suite struct `A turn without a database` {
    @Test func `gives to whoever frees up the most urgent first, then what waited longest`() throws {
        var queue = MemoryQueue()
        let ana = try queue.agent(capacity: 1)
        let held = try queue.waits()
        #expect(queue.holder(of: held) == ana)
        let late = try queue.waits(priority: 4)
        queue.now.addTimeInterval(1)
        let usual = try queue.waits()
        queue.now.addTimeInterval(1)
        let second = try queue.waits()
        let urgent = try queue.waits(priority: 9)
        var order: [ConversationID] = []
        for _ in 0..<4 {
            let current = try #require(queue.held.values.first?.sessionID)
            try queue.ends(current)
            order.append(try #require(queue.held.values.first?.sessionID))
        }
        #expect(order == [urgent, usual, second, late])
    }

    @Test func `never gives an agent more than there is room for, by weight and by channel`() throws {
        var queue = MemoryQueue(settings: RoutingSettings(channelWeights: ["phone": 2]))
        let ana = try queue.agent(capacity: 4, channels: ["phone": 2])
        let calls = [try queue.waits(channel: .phone), try queue.waits(channel: .phone)]
        let chats = [try queue.waits(), try queue.waits(), try queue.waits()]
        #expect(queue.load(ana) == 4)
        #expect(calls.map { queue.holder(of: $0) } == [ana, nil])
        #expect(chats.map { queue.holder(of: $0) } == [ana, ana, nil])
        #expect(queue.decisions(about: chats[2]).first?.refusalCounts == ["full": 1])
        try queue.ends(chats[0])
        #expect(queue.holder(of: chats[2]) == ana, "a call does not fit beside the other one")
        try queue.ends(calls[0])
        #expect(queue.holder(of: calls[1]) == ana)
        #expect(queue.agents[ana]?.channelLoads == ["phone": 2, "website": 2])
    }

    @Test func `gives what waits for a team to its agents, else to the fallback's, else to anybody`() throws {
        var queue = MemoryQueue()
        let (ana, bruno, carla) = (try queue.agent("Ana"), try queue.agent("Bruno"), try queue.agent("Carla", priority: 10))
        let fallback = try queue.team("Complaints", of: [bruno])
        let team = try queue.team("Returns", of: [ana], fallback: fallback)
        let first = try queue.waits(team: team)
        try queue.leaves(ana)
        let second = try queue.waits(team: team)
        try queue.leaves(bruno)
        let third = try queue.waits(team: team)
        #expect([first, second, third].map { queue.holder(of: $0) } == [ana, bruno, carla])
    }

    @Test func `asks less of agents as time passes`() throws {
        var queue = MemoryQueue(
            settings: RoutingSettings(relaxation: [RelaxationStep(afterSeconds: 20, levelsBelowMax: 2)], priorityFallbackSeconds: 300))
        let ana = try queue.agent(speaks: [AgentCapability(name: "pt", level: 3)])
        let hard = try queue.waits(requires: [AgentCapability(name: "pt", level: 5)])
        let unknown = try queue.waits(requires: [AgentCapability(name: "fr", level: 1)])
        try queue.pass(19)
        #expect(queue.holder(of: hard) == nil)
        try queue.pass(1)
        #expect(queue.holder(of: hard) == ana && queue.holder(of: unknown) == nil)
        try queue.pass(280)
        #expect(queue.holder(of: unknown) == ana, "at last the highest priority has it")
        #expect(queue.timers.isEmpty)
    }

    @Test func `gives others what an agent holds who stays offline, and nothing of who is back in time`() throws {
        var queue = MemoryQueue(settings: RoutingSettings(offlineGraceSeconds: 40))
        let ana = try queue.agent("Ana")
        let conversation = try queue.waits()
        let bruno = try queue.agent("Bruno")
        try queue.choose(.offline, ana)
        try queue.pass(39)
        try queue.choose(.online, ana)
        try queue.pass(5)
        #expect(queue.holder(of: conversation) == ana)
        try queue.choose(.offline, ana)
        try queue.pass(40)
        #expect(queue.holder(of: conversation) == bruno)
        #expect(queue.load(ana) == 0)
        #expect(try queue.said(ConversationUnassigned.self).map(\.reason) == ["agent_offline"])
    }

    @Test func `goes on with what the turn before decided`() throws {
        var queue = MemoryQueue()
        let ana = try queue.agent("Ana")
        let conversation = try queue.waits()
        let first = try #require(queue.held[conversation])
        try queue.giveBack(conversation, by: queue.principal(ana))
        #expect(queue.holder(of: conversation) == nil, "she does not get at once what she returned")
        #expect(queue.decisions(about: conversation).first?.refusalCounts == ["returned": 1])
        let bruno = try queue.agent("Bruno")
        let second = try #require(queue.held[conversation])
        #expect(first.number == 1 && second.number == 3 && second.agent.id == bruno)
        #expect(try queue.said(ConversationAssigned.self).map(\.assignment) == [first, second])
        #expect(queue.agents[ana]?.outcomes == ["general/website": Outcomes(succeeded: 0, failed: 1)])
    }

    @Test func `reads the queue page by page, and goes on where it had to ask`() throws {
        var queue = MemoryQueue()
        let ana = try queue.agent("Ana", capacity: 0)
        let team = try queue.team("Returns", of: [ana])
        for _ in 0..<QueueTurn.pageSize + 20 { _ = try queue.waits(team: team) }
        let last = try queue.waits(priority: 0)
        #expect(queue.held.isEmpty)
        let before = (asked: queue.asked.count, decided: queue.decisions.count)
        let bruno = try queue.agent("Bruno")
        let pages = queue.asked.dropFirst(before.asked).compactMap { question in
            if case .page(let page) = question { page } else { nil }
        }
        #expect(pages.count > 1 && pages.first?.after == nil && pages.last?.after != nil)
        #expect(queue.held.keys.map { $0 } == [last] && queue.holder(of: last) == bruno)
        #expect(queue.decisions.count == before.decided + 1, "nothing was decided twice")
    }

    @Test func `stops after so many claims, and says that there is more`() throws {
        var queue = MemoryQueue()
        for _ in 0..<QueueTurn.drainMax + 5 { _ = try queue.waits() }
        let ana = try queue.agent(capacity: 1000)
        #expect(queue.hasMore && queue.load(ana) == QueueTurn.drainMax)
        try queue.turn { _ in }
        #expect(!queue.hasMore && queue.load(ana) == QueueTurn.drainMax + 5)
    }

    @Test func `that is refused leaves everything as it was`() throws {
        var queue = MemoryQueue()
        let (ana, bruno) = (try queue.agent("Ana", capacity: 1), try queue.agent("Bruno", capacity: 1))
        let conversations = [try queue.waits(), try queue.waits()]
        let theirs = try #require(conversations.first { queue.holder(of: $0) == ana })
        let before = (queue.agents, queue.items, queue.events.count)
        let admin = queue.admin
        #expect(throws: RoutingError.agentAtCapacity(name: "Bruno", capacity: 1)) {
            _ = try queue.turn(about: [theirs]) { try $0.assign(theirs, to: bruno, note: nil, by: admin) }
        }
        #expect(queue.agents == before.0 && queue.items == before.1 && queue.events.count == before.2)
    }

    @Test func `routes by rules from the moment it hears them, and its decisions name them`() throws {
        var queue = MemoryQueue()
        let ana = try queue.agent()
        _ = try queue.waits()
        try queue.turn { $0.hear(BusinessRules(version: 1, routing: RoutingSettings(offerTimeoutSeconds: 20))) }
        let asked = try queue.waits()
        #expect(queue.items[asked]?.offer?.agentID == ana)
        #expect(queue.decisions.map(\.decision.policyVersion) == [0, 1])
    }
}

extension MemoryQueue {
    fileprivate mutating func giveBack(_ id: ConversationID, by principal: Principal) throws {
        try turn(about: [id]) { try $0.giveBack(id, to: nil, note: nil, by: principal) }
    }

    /// Is switched off: no team counts on the agent.
    fileprivate mutating func leaves(_ id: AgentID) throws {
        let admin = self.admin
        _ = try turn { try $0.save(SaveAgent(principal: admin, id: id, isNew: false, active: false)) }
    }
}

import Contracts
import Foundation
import RouterService
import Testing

@Suite struct `An offer without a database` {
    /// One agent who is asked.
    private func asked() throws -> (queue: MemoryQueue, ana: AgentID, conversation: ConversationID, offer: EntityID) {
        var queue = MemoryQueue(settings: RoutingSettings(offerTimeoutSeconds: 20))
        let ana = try queue.agent("Ana")
        let conversation = try queue.waits()
        return (queue, ana, conversation, try #require(queue.items[conversation]?.offer?.id))
    }

    @Test func `keeps room and assigns nothing until it is accepted, by the decision that made it`() throws {
        let (start, ana, conversation, offer) = try asked()
        var queue = start
        #expect(queue.load(ana) == 1 && queue.held.isEmpty && queue.items[conversation]?.status == .offered)
        let assignment = try queue.answer(offer, by: ana)
        #expect(assignment.agent.id == ana && queue.held[conversation] == assignment && queue.load(ana) == 1)
        #expect(queue.decisions.map(\.decision.id) == [assignment.decisionID])
        #expect(try queue.said(OfferChanged.self).map(\.state) == [.offered, .accepted])
        #expect(queue.timers.isEmpty)
        let again = try queue.answer(offer, by: ana)
        #expect(again == assignment, "the answer was lost, and she asks again")
        #expect(queue.load(ana) == 1)
    }

    @Test func `that is declined goes to the next best, and begins again after a pause when all have declined`() throws {
        let (start, ana, conversation, offer) = try asked()
        var queue = start
        let bruno = try queue.agent("Bruno")
        try queue.decline(offer, by: ana)
        try queue.decline(offer, by: ana)
        let second = try #require(queue.items[conversation]?.offer)
        #expect(queue.load(ana) == 0 && second.agentID == bruno)
        #expect(queue.decisions(about: conversation).first?.refusalCounts == ["declined": 1])
        try queue.decline(second.id, by: bruno)
        #expect(queue.items[conversation]?.status == .waiting)
        #expect(queue.decisions(about: conversation).first?.refusalCounts == ["declined": 2])
        try queue.pass(29)
        #expect(queue.items[conversation]?.offer == nil)
        try queue.pass(1)
        #expect(queue.items[conversation]?.status == .offered)
    }

    @Test func `ends at its time, is asked of somebody else, and takes no late answer`() throws {
        let (start, ana, conversation, offer) = try asked()
        var queue = start
        let bruno = try queue.agent("Bruno")
        try queue.pass(19)
        #expect(queue.items[conversation]?.offer?.agentID == ana)
        queue.now.addTimeInterval(1)
        #expect(throws: RoutingError.offerExpired(id: offer)) { try queue.answer(offer, by: ana) }
        try queue.pass(0)
        #expect(queue.items[conversation]?.offer?.agentID == bruno && queue.load(ana) == 0)
        #expect(throws: RoutingError.offerExpired(id: offer)) { try queue.decline(offer, by: ana) }
        #expect(try queue.said(OfferChanged.self).map(\.state) == [.offered, .expired, .offered])
    }

    @Test func `is nobody else's to answer`() throws {
        let (start, _, _, offer) = try asked()
        var queue = start
        let bruno = try queue.agent("Bruno")
        #expect(throws: RoutingError.offerNotFound(id: offer)) { try queue.answer(offer, by: bruno) }
        #expect(throws: RoutingError.offerNotFound(id: offer)) { try queue.decline(offer, by: bruno) }
    }

    @Test func `is withdrawn from whoever goes offline, and keeps its place in the queue`() throws {
        let (start, ana, conversation, _) = try asked()
        var queue = start
        queue.now.addTimeInterval(1)
        _ = try queue.waits()
        try queue.choose(.offline, ana)
        #expect(queue.load(ana) == 0 && queue.items.values.allSatisfy { $0.status == .waiting })
        let bruno = try queue.agent("Bruno", capacity: 1)
        #expect(queue.items[conversation]?.offer?.agentID == bruno)
    }
}

extension MemoryQueue {
    @discardableResult
    fileprivate mutating func answer(_ offer: EntityID, by agent: AgentID) throws -> Assignment {
        let principal = self.principal(agent)
        return try turn { try $0.accept(offer, by: principal) }
    }

    fileprivate mutating func decline(_ offer: EntityID, by agent: AgentID) throws {
        let principal = self.principal(agent)
        try turn { try $0.decline(offer, note: nil, by: principal) }
    }
}

import Bus
import Contracts
import EventLog
import Foundation
import RouterService
import ServiceLifecycle
import Storage
import Synchronization
import TestSupport
import Testing

extension RouterStage {
    /// Runs every replica's parts while `body` runs: events arrive by bus and log, as in an installation.
    func running(_ body: (ChatLog) async throws -> Void) async throws {
        let services = replicas.flatMap(\.service.parts)
        let chat = ChatLog(stage: self)
        let group = ServiceGroup(services: services + chat.parts, logger: .tests)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await body(chat)
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}

/// Chat as the router knows it: a log.
final class ChatLog: Sendable {
    let stage: RouterStage
    let database: Database
    let publisher: EventPublisher
    private let bus: InMemoryBus

    init(stage: RouterStage) {
        self.stage = stage
        database = stage.test.database(.chat)
        bus = stage.network.bus(for: .chat)
        publisher = EventPublisher(stream: .chat, database: database, bus: bus, logger: .tests)
        bus.respond { [publisher] envelope in await publisher.answer(envelope) ?? .failure(.unknownSubject(envelope.subject)) }
    }

    var parts: [any Service] { [database, bus, publisher] }

    func say(_ events: [NewEvent]) async throws {
        try await database.transaction(.none) { [publisher] transaction in
            var locked = try publisher.lock(events.map { $0.key }, in: transaction)
            try publisher.append(events, to: &locked, in: transaction)
        }
    }

    func new<E: Event>(_ event: E, about conversation: ConversationID, sequence: Int64? = nil) throws -> NewEvent {
        try NewEvent(event, clientID: stage.tenant, key: conversation.uuid, keySequence: sequence)
    }

    /// Returns when the router has applied everything that chat said.
    func settle() async throws {
        try await eventually("the router has heard everything") {
            let heads = try await LogInspection.heads(of: .chat, in: database).sequences
            let cursors = try await LogInspection.cursors(of: .router, in: .chat, from: stage.database)
            return heads.enumerated().allSatisfy { $0.element == 0 || cursors[$0.offset]?.sequence == $0.element }
        }
    }
}

@Suite struct `A burst of 500 conversations over 20 agents with room for 5 each` {
    @Test func `fills every place once with two replicas, and hands out the rest in queue order as places free`() async throws {
        let stage = try await RouterStage.make(replicas: 2)
        var agents: [AgentID] = []
        for number in 1...20 { agents.append(try await stage.agent("Agent \(number)")) }
        let conversations = (0..<500).map { _ in ConversationID.new() }
        try await stage.running { chat in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for conversation in conversations {
                    let event = stage.waiting(conversation)
                    group.addTask { try await chat.say([chat.new(event, about: conversation)]) }
                }
                try await group.waitForAll()
            }
            try await chat.settle()

            #expect(stage.replicas.contains { $0.service.chatEvents.snapshot().applied > 0 }, "otherwise nothing was heard by the bus")
            #expect(try await stage.count("SELECT count(*) AS count FROM router.work_items WHERE status = 'assigned'") == 100)
            #expect(try await stage.count("SELECT count(*) AS count FROM router.work_items WHERE status = 'waiting'") == 400)
            for agent in agents { #expect(try await stage.load(agent) == 5) }
            #expect(try await stage.said(ConversationAssigned.self).count == 100)
            #expect(try await stage.replicas[1].service.sweep.sweep() == 0)

            // Chat applies the assignments, and agents resolve what they have; whoever waits longest is next.
            var first = Set(try await stage.assignmentOrder())
            #expect(first.count == 100)
            let expected = try await stage.database.query(
                .tenant(stage.tenant),
                "SELECT conversation_id FROM router.work_items WHERE status = 'waiting' ORDER BY priority DESC, waiting_since, conversation_id"
            ).map { try $0["conversation_id"] as ConversationID }
            for round in 0..<4 {
                let held = try await stage.database.query(
                    .tenant(stage.tenant), "SELECT conversation_id FROM router.work_items WHERE status = 'assigned'"
                ).map { try $0["conversation_id"] as ConversationID }
                #expect(held.count == 100)
                try await chat.say(held.map { try chat.new(stage.status($0, .resolved, number: 1), about: $0, sequence: 10) })
                try await chat.settle()
                let order = try await stage.assignmentOrder()
                #expect(Array(order.dropFirst(100)) == Array(expected.prefix(100 * (round + 1))))
                first.formUnion(order)
            }
            #expect(first == Set(conversations))
            #expect(try await stage.count("SELECT count(*) AS count FROM router.work_items WHERE status = 'waiting'") == 0)
            #expect(try await stage.replicas[0].service.sweep.sweep() == 0)
            #expect(stage.replicas.allSatisfy { $0.backbone.metrics.exposition().contains("router_sweep_found_total 0\n") })
            let parked = try await LogInspection.parkedCount(of: .router, from: stage.database)
            #expect(parked == 0)
        }
    }

    @Test func `is the same burst when the bus loses, repeats and reorders`() async throws {
        let stage = try await RouterStage.make(replicas: 2)
        for number in 1...4 { try await stage.agent("Agent \(number)") }
        var faults = InMemoryNetwork.Faults()
        (faults.drop, faults.repeat, faults.reorder) = (0.2, 0.3, 0.3)
        stage.network.setFaults(faults)
        try await stage.running { chat in
            for batch in 0..<10 {
                let conversations = (0..<10).map { _ in ConversationID.new() }
                try await chat.say(conversations.map { try chat.new(stage.waiting($0), about: $0) })
                if batch == 5 { stage.network.releaseHeldBack() }
            }
            try await chat.settle()
            #expect(stage.network.counters.dropped > 0 && stage.network.counters.repeated > 0, "without faults this proves nothing")
            #expect(try await stage.count("SELECT count(*) AS count FROM router.work_items WHERE status = 'assigned'") == 20)
            #expect(try await stage.count("SELECT count(*) AS count FROM router.work_items WHERE status = 'waiting'") == 80)
            #expect(try await stage.count("SELECT sum(load)::bigint AS count FROM router.sector_agents") == 20)
            #expect(try await stage.replicas[0].service.sweep.sweep() == 0)
        }
    }

    @Test func `goes on where one transaction had to stop`() async throws {
        let stage = try await RouterStage.make()
        let waiting = QueueTurn.drainMax * 2 + 10
        try await stage.hear(
            frames: (0..<waiting).map { _ in
                let event = stage.waiting()
                return try stage.frame(event, key: event.sessionID.uuid)
            })
        try await stage.running { _ in
            try await stage.agent("Ana", capacity: 1000)
            try await eventually("everything is handed out") {
                try await stage.count("SELECT count(*) AS count FROM router.work_items WHERE status = 'waiting'") == 0
            }
            #expect(try await stage.count("SELECT max(load)::bigint AS count FROM router.sector_agents") == waiting)
        }
    }
}

import Bus
import Contracts
import EventLog
import Foundation
import Logging
import ServiceLifecycle
import Storage
import TestSupport

/// Events through the durable log, from one service's transaction to an effect in another's: as they are said, and after an absence.
/// On the server that SWITCHBOARD_TEST_CLUSTER_URL names.
struct LogBenchmark {
    struct Noted: Event {
        static let subject: Subject = "chat.noted"
        static let version: UInt16 = 1
        static let audience = Audience.agents
        let text: String
    }

    private static let seconds = 5.0
    /// So that a group commit of each of the 16 partitions has the 32 events that the limit's have.
    private static let inFlight = 512
    private static let absent = 100_000
    private static let batch = 500

    func run() async throws -> Figures {
        let test = try await TestDatabase.make([.chat: nil, .router: nil])
        _ = try await test.admin().query(.none, "CREATE TABLE router.effects (event_id uuid PRIMARY KEY, part int, seq bigint, text text)")
        let (chat, router) = (test.database(.chat), test.database(.router))
        let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        let said = ZeroMQBus(
            ZeroMQBusConfiguration(service: .chat, eventsEndpoint: "tcp://127.0.0.1:*", requestsEndpoint: "tcp://127.0.0.1:*"),
            directory: FixedDirectory(known: []), logger: logger)
        let publisher = EventPublisher(stream: .chat, database: chat, bus: said, logger: logger)
        said.respond { request in await publisher.answer(request) ?? .failure(.unknownSubject(request.subject)) }
        let figures = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await said.run() }
            group.addTask { try await publisher.run() }
            let place = try await said.bound()
            try await fill(chat, publisher)
            let hearing = ZeroMQBus(
                ZeroMQBusConfiguration(service: .router), directory: FixedDirectory(known: [place]), logger: logger)
            let consumer = EventConsumer(stream: .chat, consumer: .router, database: router, bus: hearing, logger: logger) {
                events, transaction in
                let headers = events.map(\.header)
                let texts = try events.map { try $0.decode(Noted.self)?.text }
                transaction.finalStatements.append(
                    """
                    INSERT INTO router.effects SELECT * FROM unnest(\(headers.map(\.eventID)), \(headers.map(\.partition)),
                                                                    \(headers.map(\.partitionSequence)), \(texts))
                    """)
            }
            group.addTask { try await hearing.run() }
            let beganToCatchUp = ContinuousClock.now
            group.addTask { try await consumer.run() }
            try await reach(Self.absent, in: router)
            let catchUp = (ContinuousClock.now - beganToCatchUp).microseconds / 1e6

            let writer = BatchWriter<UUID, Bool>(database: chat) { keys, transaction in
                let rows = try transaction.query(publisher.lockStatement(for: keys))
                var locked = try publisher.adopt(rows, in: transaction)
                let events = try keys.map { try NewEvent(Noted(text: "an event of the benchmark"), clientID: nil, key: $0) }
                try publisher.append(events, to: &locked, in: transaction)
                return keys.map { _ in true }
            }
            let began = ContinuousClock.now
            let sent = try await withThrowingTaskGroup(of: Int.self) { senders in
                for _ in 0..<Self.inFlight {
                    senders.addTask {
                        var count = 0
                        while (ContinuousClock.now - began).microseconds < Self.seconds * 1e6 {
                            let key = UUID()
                            _ = try await writer.submit(key, partition: partition(of: key))
                            count += 1
                        }
                        return count
                    }
                }
                return try await senders.reduce(0, +)
            }
            try await reach(Self.absent + sent, in: router)
            let live = (ContinuousClock.now - began).microseconds / 1e6
            group.cancelAll()
            return Figures([
                "catch_up_per_second": Double(Self.absent) / catchUp, "live_per_second": Double(sent) / live, "live_events": Double(sent),
            ])
        }
        chat.close()
        router.close()
        try await test.drop()
        return figures
    }

    private func fill(_ chat: Database, _ publisher: EventPublisher) async throws {
        for _ in 0..<Self.absent / Self.batch {
            try await chat.transaction(.none) { transaction in
                let keys = (0..<Self.batch).map { _ in UUID() }
                var locked = try publisher.lock(keys, in: transaction)
                let events = try keys.map { try NewEvent(Noted(text: "an event of the benchmark"), clientID: nil, key: $0) }
                try publisher.append(events, to: &locked, in: transaction)
            }
        }
    }

    private func reach(_ count: Int, in router: Database) async throws {
        while true {
            let rows = try await router.query(.none, "SELECT sum(seq)::bigint AS done FROM router.cursor WHERE stream = 'chat'")
            if let done = try rows.first?["done"] as Int64?, done >= Int64(count) { return }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

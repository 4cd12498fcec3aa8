import Bus
import Contracts
import EventLog
import Foundation
import Storage
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct `A consumer` {
    struct Poisoned: Error {}

    /// Each event's effect once, and in order within its partition.
    private func expectOnceInOrder(_ effects: [LogWorld.Effect], _ world: LogWorld) async throws {
        for (part, head) in try await world.heads().enumerated() {
            let expected = head == 0 ? [] : Array(1...head)
            #expect(effects.filter { $0.part == part }.map(\.seq) == expected)
        }
    }

    @Test func `applies each event once, in order, though the bus loses, repeats and reorders and two replicas compete`() async throws {
        var faults = InMemoryNetwork.Faults()
        faults.seed = 7
        faults.drop = 0.1
        faults.repeat = 0.2
        faults.reorder = 0.2
        faults.dropRequests = 0.05
        faults.repeatRequests = 0.1
        let world = try await LogWorld(faults: faults)
        let publisher = world.publisher()
        let replicas = [world.consumer(replica: 1), world.consumer(replica: 2, database: world.test.database(.router))]
        try await running([publisher] + replicas) {
            let keys = (0..<16).map { UUID.key(in: $0) }
            try await withThrowingTaskGroup { group in
                for writer in 0..<4 {
                    group.addTask {
                        for number in 0..<60 {
                            let chosen = [keys.randomElement(), keys.randomElement()].compactMap { $0 }
                            try await world.write(chosen.map { _ in "\(writer)-\(number)" }, about: chosen, by: publisher)
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await eventually("both are through") { try await world.hasCaughtUp() }
        }
        let effects = try await world.effects()
        #expect(effects.count == 480)
        try await expectOnceInOrder(effects, world)
        let counters = world.network.counters
        #expect(counters.dropped > 0 && counters.repeated > 0 && counters.reordered > 0, "without faults this proves nothing")
        #expect(Set(effects.map(\.replica)) == [1, 2], "without two replicas at work this proves nothing")
    }

    @Test func `resumes where it was after being away`() async throws {
        let world = try await LogWorld()
        let publisher = world.publisher()
        let keys = (0..<700).map { _ in UUID.key(in: 5) }
        try await running([publisher, world.consumer(replica: 1)]) {
            try await world.write(["before"], about: [keys[0]], by: publisher)
            try await eventually("it is through") { try await world.hasCaughtUp() }
        }
        for start in stride(from: 0, to: 700, by: 100) {
            try await world.write((0..<100).map { "away \($0)" }, about: Array(keys[start..<start + 100]), by: publisher)
        }
        #expect(try await world.effects().count == 1)
        try await running([publisher, world.consumer(replica: 2)]) {
            try await eventually("it is through") { try await world.hasCaughtUp() }
        }
        let effects = try await world.effects()
        #expect(effects.count == 701)
        try await expectOnceInOrder(effects, world)
    }

    @Test func `takes over the partitions of a replica that stopped`() async throws {
        let world = try await LogWorld()
        let publisher = world.publisher()
        let keys = (0..<16).map { UUID.key(in: $0) }
        try await running([publisher, world.consumer(replica: 1)]) {
            try await running([world.consumer(replica: 2, database: world.test.database(.router))]) {
                try await world.write(keys.map { _ in "together" }, about: keys, by: publisher)
                try await eventually("they are through") { try await world.hasCaughtUp() }
            }
            try await world.write(keys.map { _ in "alone" }, about: keys, by: publisher)
            try await eventually("the other is through") { try await world.hasCaughtUp() }
        }
        let effects = try await world.effects()
        #expect(effects.filter { $0.text == "alone" }.map(\.replica) == Array(repeating: 1, count: 16))
        try await expectOnceInOrder(effects, world)
    }

    @Test func `does an effect once though the answer to its COMMIT was lost`() async throws {
        let world = try await LogWorld()
        let publisher = world.publisher()
        let proxy = try world.test.proxy()
        let database = Database(DatabaseConfiguration(url: world.test.url(of: .router, through: proxy), poolSize: 1), logger: .tests)
        let armed = Mutex(false)
        let consumer = world.consumer(database: database) { _, transaction in
            // From the first effect on, the next COMMIT's answer is lost.
            if armed.withLock({ isArmed in
                defer { isArmed = true }
                return !isArmed
            }) {
                transaction.finalStatements.append("SELECT 'the last of the first batch'")
                proxy.cut(.afterAnswer(to: "the last of the first batch"))
                transaction.afterUnknownCommit { proxy.cut(.never) }
            }
        }
        try await running([publisher, consumer]) {
            try await world.write(["once"], about: [.key(in: 1)], by: publisher)
            try await eventually("it is through") { try await world.hasCaughtUp() }
            try await world.write(["next"], about: [.key(in: 1)], by: publisher)
            try await eventually("it goes on") { try await world.hasCaughtUp() }
        }
        #expect(proxy.cuts == 1)
        #expect(try await world.effects().map(\.text) == ["once", "next"])
    }

    @Test func `tries again what fails for a while, and puts nothing aside`() async throws {
        let world = try await LogWorld()
        let publisher = world.publisher()
        let failures = Mutex(0)
        let consumer = world.consumer { _, _ in
            let count = failures.withLock { count in
                count += 1
                return count
            }
            if count <= 3 { throw Poisoned() }
        }
        try await running([publisher, consumer]) {
            try await world.write(["one", "two"], about: [.key(in: 1), .key(in: 1)], by: publisher)
            try await eventually("it is through") { try await world.hasCaughtUp() }
        }
        #expect(failures.withLock { $0 } > 3)
        #expect(try await world.effects().map(\.text) == ["one", "two"])
        #expect(try await LogInspection.parkedCount(of: .router, from: world.router) == 0)
    }

    @Test func `parks a poisonous event and all later ones of its key, in order, and goes on with the others`() async throws {
        let world = try await LogWorld()
        let publisher = world.publisher()
        let (sick, healthy) = (UUID.key(in: 6), UUID.key(in: 6))
        let consumer = world.consumer { events, _ in
            for event in events where try event.decode(NoteWritten.self)?.text == "poison" { throw Poisoned() }
        }
        try await running([publisher, consumer]) {
            try await world.write(
                ["a1", "b1", "poison", "b2", "a2", "b3"], about: [sick, healthy, sick, healthy, sick, healthy], by: publisher)
            try await eventually("it is through") { try await world.hasCaughtUp() }
            try await world.write(["a3", "b4"], about: [sick, healthy], by: publisher)
            try await eventually("it is through") { try await world.hasCaughtUp() }
            try await eventually("it is counted") { consumer.snapshot().parked == 3 }
        }
        #expect(try await world.effects().map(\.text) == ["a1", "b1", "b2", "b3", "b4"])
        let parked = try await world.router.query(.none, "SELECT key, payload, reason FROM router.parked ORDER BY seq")
        #expect(try parked.map { try JSON.decode(NoteWritten.self, from: try $0["payload"] as [UInt8]).text } == ["poison", "a2", "a3"])
        #expect(try parked.allSatisfy { try $0["key"] == sick })
        #expect((try parked[0]["reason"] as String).contains("Poisoned"))
    }

    @Test func `applies parked events in order when an operator asks for it, and parks them again if they still fail`() async throws {
        let world = try await LogWorld()
        let publisher = world.publisher()
        let key = UUID.key(in: 6)
        let isCured = Mutex(false)
        let consumer = world.consumer { events, _ in
            if isCured.withLock({ $0 }) { return }
            for event in events where try event.decode(NoteWritten.self)?.text == "poison" { throw Poisoned() }
        }
        try await running([publisher, consumer]) {
            try await world.write(["first", "poison", "later"], about: [key, key, key], by: publisher)
            try await eventually("it is through") { try await world.hasCaughtUp() }
            #expect(try await LogInspection.retryParked(of: .router, in: .chat, key: key, from: world.router) == 2)
            try await eventually("it is given up again") {
                try await world.router.query(.none, "SELECT FROM router.parked WHERE NOT retry").count == 2
            }
            #expect(try await world.effects().map(\.text) == ["first"])
            isCured.withLock { $0 = true }
            try await LogInspection.retryParked(of: .router, in: .chat, key: key, from: world.router)
            try await eventually("nothing is parked") { try await LogInspection.parkedCount(of: .router, from: world.router) == 0 }
            try await world.write(["last"], about: [key], by: publisher)
            try await eventually("it is through") { try await world.hasCaughtUp() }
        }
        #expect(try await world.effects().map(\.text) == ["first", "poison", "later", "last"])
    }

    @Test func `stops a partition whose log has another history, and the others go on`() async throws {
        let world = try await LogWorld()
        let publisher = world.publisher()
        let keys = [UUID.key(in: 2), UUID.key(in: 3)]
        try await running([publisher, world.consumer()]) {
            try await world.write(["one", "one"], about: keys, by: publisher)
            try await eventually("it is through") { try await world.hasCaughtUp() }
        }
        _ = try await world.chat.query(.none, "UPDATE chat.stream_head SET epoch = gen_random_uuid() WHERE part = 2")
        let consumer = world.consumer()
        try await running([publisher, consumer]) {
            try await world.write(["two", "two"], about: keys, by: publisher)
            try await eventually("the partition stands still") { consumer.snapshot().partitions[2].stall != nil }
            try await eventually("the other goes on") { try await world.effects().count == 3 }
        }
        #expect(try await world.effects().last.map { ($0.part, $0.text) } ?? (0, "") == (3, "two"))
        #expect(consumer.snapshot().partitions.count { $0.stall != nil } == 1)
    }
}

@Suite(.timeLimit(.minutes(5))) struct `Trimming the log` {
    let world: LogWorld
    let publisher: EventPublisher

    init() async throws {
        world = try await LogWorld()
        var retention = LogRetention()
        retention.keepAtLeast = .zero
        retention.batchMax = 7
        publisher = world.publisher(retention: retention)
        let keys = (0..<40).map { UUID.key(in: $0 % 2) }
        try await world.write(keys.map { _ in "note" }, about: keys, by: publisher)
    }

    private func kept(_ part: Int) async throws -> [Int] {
        try await world.chat.query(.none, "SELECT seq FROM chat.outbox WHERE part = \(part) ORDER BY seq").map { try $0["seq"] }
    }

    private func acknowledge(_ consumer: ServiceName, _ positions: [Int: Int64], epoch: UUID? = nil) async throws {
        let payload: JSONValue = .object([
            "consumer": .string(consumer.rawValue),
            "positions": .array(
                positions.map { part, seq in
                    var position: [String: JSONValue] = ["partition": .integer(Int64(part)), "sequence": .integer(seq)]
                    if let epoch { position["epoch"] = .string(epoch.lowercased) }
                    return .object(position)
                }),
        ])
        let bus = world.network.bus(for: consumer, replica: 9)
        defer { bus.stop() }
        let envelope = RequestEnvelope(
            subject: AcknowledgePositions.subject, key: .random(), budget: .seconds(5), clientID: nil, traceparent: nil,
            payload: try JSON.encode(payload))
        _ = try await bus.request(envelope, to: .chat)
    }

    @Test func `never passes a consumer that has not acknowledged`() async throws {
        #expect(try await publisher.trim() == 0, "nobody has acknowledged anything")
        try await acknowledge(.router, [0: 20, 1: 20])
        try await acknowledge(.accounts, [0: 9, 1: 0])
        #expect(try await publisher.trim() == 9)
        #expect(try await kept(0) == Array(10...20))
        #expect(try await kept(1) == Array(1...20))
        try await acknowledge(.accounts, [0: 20, 1: 20])
        #expect(try await publisher.trim() == 31)
        #expect(try await world.heads().prefix(2) == [20, 20], "numbers go on where they were")
    }

    @Test func `believes nothing about another history`() async throws {
        try await acknowledge(.router, [0: 20], epoch: UUID())
        #expect(try await publisher.trim() == 0)
    }

    @Test func `keeps what is young`() async throws {
        try await acknowledge(.router, [0: 20, 1: 20])
        _ = try await world.chat.query(.none, "UPDATE chat.outbox SET occurred_at = now() - interval '8 days' WHERE seq <= 10")
        let careful = world.publisher(replica: 2)
        #expect(try await careful.trim() == 20)
        #expect(try await kept(0) == Array(11...20))
    }

    @Test func `hears how far a running consumer has come`() async throws {
        try await running([publisher, world.consumer()]) {
            try await eventually("it is through") { try await world.hasCaughtUp() }
            try await eventually("it has said so") {
                try await world.chat.query(.none, "SELECT FROM chat.consumer_registry WHERE consumer = 'router' AND seq = 20").count == 2
            }
        }
        #expect(try await publisher.trim() == 40)
    }
}

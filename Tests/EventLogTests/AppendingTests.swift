import Bus
import Contracts
import EventLog
import Foundation
import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct `Appending to the log` {
    struct Refused: Error {}

    /// Each partition's numbers are 1, 2, … without gap, and its head is the last.
    private func expectContiguous(_ world: LogWorld) async throws {
        let rows = try await world.chat.query(
            .none,
            """
            SELECT h.part, h.last_seq, count(o.seq) AS count, min(o.seq) AS first, max(o.seq) AS last
              FROM chat.stream_head h LEFT JOIN chat.outbox o ON o.part = h.part GROUP BY h.part, h.last_seq
            """)
        for row in rows {
            let head: Int = try row["last_seq"]
            #expect(try row["count"] == head)
            #expect(try row["last"] as Int? ?? 0 == head)
            #expect(try row["first"] as Int? ?? 1 == 1)
        }
    }

    @Test func `by two writers to one partition makes no deadlock and no gap`() async throws {
        let world = try await LogWorld()
        let second = world.test.database(.chat)
        let publisher = world.publisher()
        let key = UUID.key(in: 3)
        try await withThrowingTaskGroup { group in
            for number in 0..<200 {
                group.addTask {
                    let database = number.isMultiple(of: 2) ? world.chat : second
                    try await database.transaction(.none) { transaction in
                        var locked = try publisher.lock([key], in: transaction)
                        let events = try (0...number % 3).map {
                            try NewEvent(NoteWritten(text: "\(number)-\($0)"), clientID: nil, key: key)
                        }
                        try publisher.append(events, to: &locked, in: transaction)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await world.heads()[3] == 399)
        try await expectContiguous(world)
    }

    @Test func `to several partitions locks them in order, whatever order the keys are named in`() async throws {
        let world = try await LogWorld()
        let publisher = world.publisher()
        let keys = (0..<16).map { UUID.key(in: $0) }
        try await withThrowingTaskGroup { group in
            for number in 0..<150 {
                group.addTask {
                    let chosen = Array(keys.shuffled().prefix(2 + number % 5))
                    try await world.write(chosen.map { "\($0)" }, about: chosen, by: publisher)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await world.heads().reduce(0, +) == 600, "150 transactions of 2 to 6 events, 4 on average")
        try await expectContiguous(world)
    }

    @Test func `gives numbers back when the transaction is undone, and says nothing`() async throws {
        let world = try await LogWorld()
        let publisher = world.publisher()
        let heard = Heard<Delivery>()
        world.network.bus(for: .router).subscribe(to: .chat) { heard.add($0) }
        let key = UUID.key(in: 0)
        await #expect(throws: Refused.self) {
            try await world.chat.transaction(.none) { transaction in
                var locked = try publisher.lock([key], in: transaction)
                try publisher.append([NewEvent(NoteWritten(text: "undone"), clientID: nil, key: key)], to: &locked, in: transaction)
                throw Refused()
            }
        }
        try await world.write(["kept"], about: [key], by: publisher)
        try await eventually("the kept one is heard") { !heard.all.isEmpty }
        let events = heard.all.compactMap { if case .event(let event) = $0 { event } else { nil } }
        #expect(try events.map { try $0.decode(NoteWritten.self)?.text } == ["kept"])
        #expect(events.map(\.header.partitionSequence) == [1])
    }

    @Test func `needs the partition's lock`() async throws {
        let world = try await LogWorld()
        let publisher = world.publisher()
        await #expect(throws: EventLogError.partitionNotLocked(1)) {
            try await world.chat.transaction(.none) { transaction in
                var locked = try publisher.lock([.key(in: 0)], in: transaction)
                try publisher.append([NewEvent(NoteWritten(text: ""), clientID: nil, key: .key(in: 1))], to: &locked, in: transaction)
            }
        }
    }

    @Test func `refuses a payload that the bus would not carry, before anything is written`() throws {
        #expect(throws: EventTooLarge.self) {
            try NewEvent(NoteWritten(text: String(repeating: "x", count: NewEvent.payloadMax)), clientID: nil, key: UUID())
        }
    }

    @Test func `says after COMMIT exactly what a fetch gives later`() async throws {
        let world = try await LogWorld()
        let publisher = world.publisher()
        let bus = world.network.bus(for: .router)
        let heard = Heard<Delivery>()
        bus.subscribe(to: .chat) { heard.add($0) }
        let (tenant, key) = (TenantID.new(), UUID.key(in: 7))
        let context = EventContext(channel: .sms, accountID: .new(), sector: "a \"b\" ção", teamID: .new(), agentID: .new())
        try await world.chat.transaction(.none) { transaction in
            var locked = try publisher.lock([key], in: transaction)
            let events = try [
                NewEvent(
                    NoteWritten(text: "first"), clientID: tenant, key: key, keySequence: 12, traceparent: "00-1-2-01", context: context),
                NewEvent(NoteWritten(text: "second"), clientID: nil, key: key),
            ]
            try publisher.append(events, to: &locked, in: transaction)
        }
        try await eventually("both are heard") { heard.all.count == 2 }
        let fetched = try await bus.fetch(FetchEvents(stream: .chat, epoch: nil, partition: 7, after: 0))
        guard case .events(let events, _, 2) = fetched else {
            Issue.record("\(fetched)")
            return
        }
        #expect(heard.all == events.map { .event($0) })
        #expect(events[0].header.clientID == tenant && events[0].header.keySequence == 12)
        #expect(try events[0].context() == context)
        #expect(try events[1].context() == nil)
        #expect(abs(events[0].header.occurredAt.timeIntervalSinceNow) < 60)
        #expect(publisher.publishedCount == 2)
    }
}

@Suite(.timeLimit(.minutes(5))) struct `The log's beacon` {
    @Test func `tells what a sibling committed and never said`() async throws {
        let world = try await LogWorld()
        // Cut off: what it says nobody hears.
        let mute = world.publisher(replica: 1)
        world.network.cut(.chat, replica: 1)
        try await world.write(["unsaid"], about: [.key(in: 4)], by: mute)
        let heard = Heard<Delivery>()
        world.network.bus(for: .router).subscribe(to: .chat) { heard.add($0) }
        try await running([world.publisher(replica: 2)]) {
            try await eventually("a beacon names it") {
                heard.all.contains { if case .beacon(let beacon) = $0 { beacon.heads[4] == 1 } else { false } }
            }
        }
        #expect(!heard.all.contains { if case .event = $0 { true } else { false } }, "it must have been the beacon")
    }
}

@Suite(.timeLimit(.minutes(5))) struct `A fetch from the log` {
    let world: LogWorld
    let publisher: EventPublisher
    let key = UUID.key(in: 2)

    init() async throws {
        world = try await LogWorld()
        publisher = world.publisher()
        for start in stride(from: 0, to: 600, by: 100) {
            try await world.write((start..<start + 100).map { "note \($0)" }, about: Array(repeating: key, count: 100), by: publisher)
        }
    }

    private func fetch(
        epoch: UUID? = nil, after: Int64, maxEvents: Int = FetchEvents.eventsMax, maxBytes: Int = FetchEvents.bytesMax
    ) async throws -> FetchedEvents {
        let bus = world.network.bus(for: .router, replica: 9)
        defer { bus.stop() }
        return try await bus.fetch(
            FetchEvents(stream: .chat, epoch: epoch, partition: 2, after: after, maxEvents: maxEvents, maxBytes: maxBytes))
    }

    private func sequences(_ answer: FetchedEvents) -> [Int64] {
        if case .events(let events, _, _) = answer { events.map(\.header.partitionSequence) } else { [] }
    }

    @Test func `is answered in pages, from after the position on`() async throws {
        #expect(sequences(try await fetch(after: 0)) == Array(1...500))
        #expect(sequences(try await fetch(after: 500)) == Array(501...600))
        #expect(sequences(try await fetch(after: 10, maxEvents: 3)) == [11, 12, 13])
        #expect(sequences(try await fetch(after: 600)) == [])
        #expect(sequences(try await fetch(after: 5, maxBytes: 1)) == [6], "one event is answered even if it alone is too long")
        let some = sequences(try await fetch(after: 0, maxBytes: 2000))
        #expect(some.count > 1 && some.count < 30 && some == Array(1...Int64(some.count)))
    }

    @Test func `of another history is refused`() async throws {
        guard case .diverged(_, 600) = try await fetch(epoch: UUID(), after: 5), case .diverged = try await fetch(after: 601) else {
            Issue.record("divergence was expected")
            return
        }
    }

    @Test func `of what was trimmed says where the log begins now`() async throws {
        _ = try await world.chat.query(.none, "DELETE FROM chat.outbox WHERE seq <= 100")
        guard case .truncated(_, oldest: 101, head: 600) = try await fetch(after: 5) else {
            Issue.record("truncation was expected")
            return
        }
        #expect(sequences(try await fetch(after: 100, maxEvents: 1)) == [101])
        _ = try await world.chat.query(.none, "DELETE FROM chat.outbox")
        guard case .truncated(_, oldest: 601, head: 600) = try await fetch(after: 5) else {
            Issue.record("truncation was expected")
            return
        }
    }

    @Test func `is put off when too many are read at once`() async throws {
        let answers = try await world.chat.whileBlocked("LOCK TABLE chat.outbox IN ACCESS EXCLUSIVE MODE", by: world.test.admin()) {
            try await withThrowingTaskGroup(of: FetchedEvents.self) { group in
                for _ in 0..<12 { group.addTask { try await fetch(after: 0, maxEvents: 1) } }
                // The first answers can only be those that did not have to read.
                var answers: [FetchedEvents] = []
                for try await answer in group {
                    answers.append(answer)
                    if answers.count == 4 { break }
                }
                group.cancelAll()
                return answers
            }
        }
        #expect(answers.count == 4)
        #expect(answers.allSatisfy { if case .busy = $0 { true } else { false } })
    }
}

extension Database {
    /// Runs `body` while `holder` keeps a lock.
    func whileBlocked<Result: Sendable>(
        _ sql: SQL, by holder: Database, _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        let (isLocked, locked) = AsyncStream<Void>.makeStream()
        let release = DispatchSemaphore(value: 0)
        async let held: Void = holder.transaction(.none) { transaction in
            try transaction.query(sql)
            locked.finish()
            release.wait()
        }
        for await _ in isLocked {}
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        release.signal()
        try await held
        return try result.get()
    }
}

import Bus
import Contracts
import EventLog
import Foundation
import Storage
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct `A consumer that has no use for most events` {
    private let keys = (0..<16).map { UUID.key(in: $0) }

    /// Each key gets what is only glanced at, then a note, then more that is only glanced at.
    private func write(_ rounds: Int, _ world: LogWorld, by publisher: EventPublisher) async throws {
        for round in 0..<rounds {
            for key in keys {
                try await world.chat.transaction(.none) { transaction in
                    var locked = try publisher.lock([key], in: transaction)
                    let glanced = try (0..<3).map { try NewEvent(NoteGlanced(text: "\($0)"), clientID: nil, key: key) }
                    let note = try NewEvent(NoteWritten(text: "note \(round)"), clientID: nil, key: key)
                    try publisher.append(round.isMultiple(of: 4) ? glanced + [note] : glanced, to: &locked, in: transaction)
                }
            }
        }
    }

    @Test func `applies the others once and in order, and its cursor follows, though the bus fails and two replicas compete`() async throws
    {
        var faults = InMemoryNetwork.Faults()
        faults.seed = 11
        faults.drop = 0.1
        faults.repeat = 0.2
        faults.reorder = 0.2
        let world = try await LogWorld(faults: faults)
        let publisher = world.publisher()
        let consumers = (1...2).map { replica in
            world.consumer(replica: replica, database: world.test.database(.router), subjects: [NoteWritten.subject])
        }
        try await running([publisher] + consumers) {
            try await write(40, world, by: publisher)
            try await eventually("the cursors stand at the heads") { try await world.hasCaughtUp() }
        }
        let effects = try await world.effects()
        let notes = effects.filter { $0.text != "" }
        #expect(world.network.counters.dropped > 0 && world.network.counters.repeated > 0, "without faults this proves nothing")
        for part in 0..<16 {
            let sequences = effects.filter { $0.part == part }.map(\.seq)
            #expect(sequences == Set(sequences).sorted(), "an effect twice, or out of order")
            #expect(notes.filter { $0.part == part }.map(\.text) == (0..<10).map { "note \($0 * 4)" })
        }
    }

    @Test func `goes on behind what it passed over, after it was stopped and started again`() async throws {
        let world = try await LogWorld()
        let publisher = world.publisher()
        try await running([publisher, world.consumer(replica: 1, subjects: [NoteWritten.subject])]) {
            try await write(3, world, by: publisher)
            try await eventually("the first are through") { try await world.hasCaughtUp() }
        }
        try await running([publisher, world.consumer(replica: 2, subjects: [NoteWritten.subject])]) {
            try await write(5, world, by: publisher)
            try await eventually("all are through") { try await world.hasCaughtUp() }
        }
        let notes = try await world.effects().filter { $0.text.hasPrefix("note") }
        #expect(notes.count == 16 * 3, "round 0 of the first part, rounds 0 and 4 of the second")
    }

    @Test func `moves its cursor without applying anything, if it has no use for anything`() async throws {
        let world = try await LogWorld()
        let publisher = world.publisher()
        let applied = Mutex(0)
        let consumer = world.consumer(subjects: ["chat.something-else"]) { events, _ in applied.withLock { $0 += events.count } }
        try await running([publisher, consumer]) {
            try await write(4, world, by: publisher)
            try await eventually("the cursors stand at the heads") { try await world.hasCaughtUp() }
        }
        #expect(try await world.heads().reduce(0, +) > 0, "without events this proves nothing")
        #expect(applied.withLock { $0 } == 0)
    }
}

import Contracts
import Foundation
import Storage
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct `The batch writer` {
    struct Refused: Error {}

    struct Note: Sendable {
        let id: UUID
        let text: String
    }

    let test: TestDatabase
    let database: Database
    let batches = Batches()

    final class Batches: Sendable {
        let sizes = Mutex<[Int]>([])
        var all: [Int] { sizes.withLock { $0 } }
    }

    init() async throws {
        test = try await TestDatabase.makeWithNotes()
        database = test.database(.chat)
    }

    /// Inserts notes; returns their texts.
    private func writer(lanes: Int = 2, on database: Database? = nil) -> BatchWriter<Note, String> {
        BatchWriter(database: database ?? self.database, lanes: lanes) { [batches] notes, transaction in
            batches.sizes.withLock { $0.append(notes.count) }
            if notes.contains(where: { $0.text == "refused" }) { throw Refused() }
            try transaction.query(
                "INSERT INTO chat.plain_notes (id, text) SELECT * FROM unnest(\(notes.map(\.id)), \(notes.map(\.text)))")
            return notes.map(\.text)
        }
    }

    private func stored() async throws -> Set<String> {
        Set(try await database.query(.none, "SELECT text FROM chat.plain_notes").map { try $0["text"] as String })
    }

    private func submit(_ notes: [Note], to writer: BatchWriter<Note, String>) async -> [Result<String, any Error>] {
        await withTaskGroup(of: (Int, Result<String, any Error>).self) { group in
            for (index, note) in notes.enumerated() {
                group.addTask {
                    do {
                        // Not inside the tuple: Swift 6.3.1 then returns another task's `index` in release builds.
                        let text = try await writer.submit(note, partition: index, waitMax: .seconds(60))
                        return (index, .success(text))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            return await group.reduce(into: [Int: Result<String, any Error>]()) { $0[$1.0] = $1.1 }.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    @Test func `gives every command its own outcome, in few transactions`() async throws {
        let notes = (0..<500).map { Note(id: UUID(), text: "note \($0)") }
        let outcomes = await submit(notes, to: writer())
        #expect(try outcomes.map { try $0.get() } == notes.map(\.text))
        #expect(try await stored().count == 500)
        #expect(batches.all.reduce(0, +) == 500)
        #expect(batches.all.count < 250, "without batches this proves nothing")
        #expect(batches.all.allSatisfy { $0 <= BatchWriter<Note, String>.batchMax })
    }

    @Test func `lets only the guilty command fail`() async throws {
        let taken = UUID()
        _ = try await database.query(.none, "INSERT INTO chat.plain_notes VALUES (\(taken), \("taken"))")
        // Everything waits behind a first command that holds the lane, so that the rest is one batch.
        var notes = (0..<20).map { Note(id: UUID(), text: "note \($0)") }
        notes[7] = Note(id: taken, text: "twice")
        notes[13] = Note(id: UUID(), text: "refused")
        let outcomes = await submit(notes, to: writer(lanes: 1))
        for (index, outcome) in outcomes.enumerated() {
            switch (index, outcome) {
            case (7, .failure(let error)): #expect(error as? DatabaseError == .uniqueViolation(constraint: "plain_notes_pkey"))
            case (13, .failure(let error)): #expect(error is Refused)
            case (7, .success), (13, .success): Issue.record("\(index) cannot succeed")
            case (_, .success(let text)): #expect(text == "note \(index)")
            case (_, .failure(let error)): Issue.record("\(index) is innocent: \(error)")
            }
        }
        #expect(try await stored().count == 19)
    }

    @Test func `keeps the order of one partition`() async throws {
        let order = Mutex<[Int]>([])
        let writer = BatchWriter<Int, Int>(database: database, lanes: 3) { numbers, transaction in
            try transaction.query("SELECT 1")
            order.withLock { $0 += numbers }
            return numbers
        }
        // Each is submitted when the one before it is known to wait or to be done.
        for number in 0..<100 { #expect(try await writer.submit(number, partition: 5) == number) }
        #expect(order.withLock { $0 } == Array(0..<100))
    }

    @Test func `promises nothing when the line breaks at COMMIT, and goes on`() async throws {
        let proxy = try test.proxy()
        let proxied = Database(DatabaseConfiguration(url: test.url(of: .chat, through: proxy), poolSize: 2), logger: .tests)
        let writer = writer(lanes: 1, on: proxied)
        proxy.cut(.afterAnswer(to: "COMMIT"))
        let note = Note(id: UUID(), text: "kept")
        await #expect(throws: DatabaseError.unavailable("nobody knows whether COMMIT arrived")) {
            try await writer.submit(note, partition: 0)
        }
        #expect(proxy.cuts == 1)
        proxy.cut(.never)
        await #expect(throws: DatabaseError.uniqueViolation(constraint: "plain_notes_pkey")) {
            try await writer.submit(note, partition: 0)
        }
        #expect(try await writer.submit(Note(id: UUID(), text: "next"), partition: 0) == "next")
        #expect(try await stored() == ["kept", "next"])
    }

    @Test func `refuses what waits when the database is away, and more than may wait`() async throws {
        var configuration = DatabaseConfiguration(url: "host=127.0.0.1 port=1 connect_timeout=2", poolSize: 1)
        configuration.waitMax = .milliseconds(300)
        let writer = writer(lanes: 1, on: Database(configuration, logger: .tests))
        let notes = (0..<BatchWriter<Note, String>.waitingMax + 50).map { Note(id: UUID(), text: "note \($0)") }
        let outcomes = await submit(notes, to: writer)
        let errors = outcomes.compactMap { outcome -> DatabaseError? in
            if case .failure(let error) = outcome { error as? DatabaseError } else { nil }
        }
        #expect(errors.count == notes.count)
        #expect(errors.contains(.overloaded))
        #expect(errors.contains(.unavailable("no connection became free in time")))
    }
}

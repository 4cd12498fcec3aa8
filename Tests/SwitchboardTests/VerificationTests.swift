import Contracts
import Foundation
import Storage
import SwitchboardCommands
import TestSupport
import Testing

@Suite struct `Verifying the log` {
    @Test func `finds nothing in a whole one`() async throws {
        let database = try await withEvents()
        for check in checks {
            let result = try await check.run(database.verifier)
            #expect(result.examined > 0, "\(check.name) must have looked at something")
            #expect(result.findings == [], "\(check.name)")
        }
    }

    @Test func `finds an event that is gone`() async throws {
        let database = try await withEvents()
        try await database.tamper("DELETE FROM chat.outbox WHERE part = 3 AND seq = 2")
        #expect(try await LogCheck(service: .chat).run(database.verifier).findings.map(\.place) == ["chat.outbox part 3"])
    }

    @Test func `finds a head that does not count the last event`() async throws {
        let database = try await withEvents()
        try await database.tamper("UPDATE chat.stream_head SET last_seq = 2 WHERE part = 3")
        #expect(try await LogCheck(service: .chat).run(database.verifier).findings.map(\.place) == ["chat.outbox part 3"])
    }

    @Test(
        arguments: [
            "UPDATE router.cursor SET seq = 4 WHERE part = 3", "UPDATE router.cursor SET epoch = gen_random_uuid() WHERE part = 3",
        ] as [SQL])
    func `finds a cursor that the log does not explain`(change: SQL) async throws {
        let database = try await withEvents()
        try await database.tamper(change)
        #expect(try await CursorCheck(consumer: .router).run(database.verifier).findings.map(\.place) == ["router.cursor chat part 3"])
    }

    private var checks: [any IntegrityCheck] { [LogCheck(service: .chat), CursorCheck(consumer: .router)] }

    /// Three events in one partition of chat's log, all of them heard by router.
    private func withEvents() async throws -> Tampered {
        let database = try await TestDatabase.make([.chat: nil, .router: nil])
        let tampered = Tampered(database)
        try await tampered.tamper("UPDATE chat.stream_head SET last_seq = 3 WHERE part = 3")
        try await tampered.tamper(
            """
            INSERT INTO chat.outbox (part, seq, event_id, subject, version, audience, key, occurred_at, payload)
            SELECT 3, seq, gen_random_uuid(), 'chat.example', 1, 0, gen_random_uuid(), clock_timestamp(), '{}' FROM generate_series(1, 3) AS seq
            """)
        try await tampered.tamper(
            "INSERT INTO router.cursor (stream, part, epoch, seq) SELECT 'chat', part, epoch, last_seq FROM chat.stream_head")
        return tampered
    }
}

private struct Tampered {
    let verifier: Database
    private let superuser: Database

    init(_ database: TestDatabase) {
        verifier = Database(DatabaseConfiguration(url: database.verifyURL, poolSize: 1), logger: .tests)
        superuser = database.superuser()
    }

    func tamper(_ sql: SQL) async throws {
        let rows = try await superuser.query(.none, sql)
        #expect(rows.affected > 0, "nothing was tampered with")
    }
}

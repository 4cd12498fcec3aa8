import Contracts
import Foundation
import Storage
import Synchronization
import TestSupport
import Testing

@Suite struct `A transaction` {
    struct Refused: Error {}

    let test: TestDatabase
    let database: Database

    init() async throws {
        test = try await TestDatabase.makeWithNotes()
        database = test.database(.chat, poolSize: 1)
    }

    private func notes() async throws -> [String] {
        try await database.query(.none, "SELECT text FROM chat.plain_notes ORDER BY text").map { try $0["text"] }
    }

    @Test func `keeps what it wrote, and its final statements`() async throws {
        let count = try await database.transaction(.none) { transaction in
            transaction.finalStatements.append("INSERT INTO chat.plain_notes VALUES (\(UUID()), \("last"))")
            let results = try transaction.pipeline([
                "INSERT INTO chat.plain_notes VALUES (\(UUID()), \("first"))", "SELECT count(*) AS count FROM chat.plain_notes",
            ])
            #expect(results[0].affected == 1)
            return try results[1][0]["count"] as Int
        }
        #expect(count == 1)
        #expect(try await notes() == ["first", "last"])
    }

    @Test func `is undone by an error of its body, which the caller gets`() async throws {
        await #expect(throws: Refused.self) {
            try await database.transaction(.none) { transaction in
                let rows = try transaction.query("INSERT INTO chat.plain_notes VALUES (\(UUID()), \("gone"))")
                #expect(rows.affected == 1)
                throw Refused()
            }
        }
        #expect(try await notes() == [])
    }

    @Test func `whose statement failed cannot be kept, though its body swallowed the error`() async throws {
        let id = UUID()
        await #expect(throws: DatabaseError.uniqueViolation(constraint: "plain_notes_pkey")) {
            try await database.transaction(.none) { transaction in
                try transaction.query("INSERT INTO chat.plain_notes VALUES (\(id), \("one"))")
                do {
                    try transaction.query("INSERT INTO chat.plain_notes VALUES (\(id), \("two"))")
                } catch {}
            }
        }
        #expect(try await notes() == [])
    }

    @Test func `that fails anywhere in a pipeline leaves the connection usable`() async throws {
        let faults: [(SQL, String)] = [
            ("SELECT 1 / \(0)", "22012"), ("SELEC", "42601"), ("SELECT * FROM chat.nowhere", "42P01"), ("SELECT \("x")::jsonb", "22P02"),
        ]
        for (fault, sqlstate) in faults {
            for position in 0...2 {
                var statements: [SQL] = ["SELECT 1 AS one", "INSERT INTO chat.plain_notes VALUES (\(UUID()), \("gone"))"]
                statements.insert(fault, at: position)
                do {
                    _ = try await database.pipeline(.none, statements)
                    Issue.record("\(sqlstate) was expected")
                } catch DatabaseError.server(let found, _) {
                    #expect(found == sqlstate)
                }
                #expect(try await database.query(.none, "SELECT pg_backend_pid() AS pid").count == 1)
            }
        }
        #expect(try await notes() == [])
        let pids = try await database.query(
            .none, "SELECT count(*) AS count FROM pg_stat_activity WHERE usename = current_user AND datname = current_database()")
        #expect(try pids[0]["count"] == 1, "one connection served it all")
    }

    @Test func `that fails at COMMIT is undone`() async throws {
        await #expect(throws: DatabaseError.foreignKeyViolation(constraint: "deferred_notes_note_fkey")) {
            try await database.query(.none, "INSERT INTO chat.deferred_notes VALUES (\(UUID()), \(UUID()))")
        }
        #expect(try await database.query(.none, "SELECT FROM chat.deferred_notes").isEmpty)
    }

    @Test func `runs its actions after COMMIT only, in order`() async throws {
        let ran = Mutex<[Int]>([])
        try await database.transaction(.none) { transaction in
            transaction.afterCommit { ran.withLock { $0.append(1) } }
            transaction.afterCommit { ran.withLock { $0.append(2) } }
            try transaction.query("SELECT 1")
            #expect(ran.withLock { $0.isEmpty })
        }
        #expect(ran.withLock { $0 } == [1, 2])
        await #expect(throws: Refused.self) {
            try await database.transaction(.none) { transaction in
                transaction.afterCommit { ran.withLock { $0.append(3) } }
                throw Refused()
            }
        }
        await #expect(throws: DatabaseError.self) {
            try await database.transaction(.none) { transaction in
                transaction.afterCommit { ran.withLock { $0.append(4) } }
                transaction.finalStatements.append("SELECT 1 / \(0)")
            }
        }
        #expect(ran.withLock { $0 } == [1, 2])
    }

    @Test func `costs one round trip for BEGIN and its first statements, one for COMMIT, and none if it asks nothing`() async throws {
        let proxy = try test.proxy()
        let database = Database(DatabaseConfiguration(url: test.url(of: .chat, through: proxy), poolSize: 1), logger: .tests)
        _ = try await database.query(.none, "SELECT 1")
        var before = proxy.requests
        #expect(before > 0)
        try await database.transaction(.none) { _ in }
        #expect(proxy.requests == before)
        _ = try await database.query(.tenant(.new()), "SELECT 1")
        #expect(proxy.requests == before + 1)
        before = proxy.requests
        try await database.transaction(.tenant(.new())) { transaction in
            try transaction.pipeline(["SELECT 1", "SELECT 2"])
            transaction.finalStatements = ["SELECT 3", "SELECT 4"]
        }
        #expect(proxy.requests == before + 2)
    }

    @Test func `outlives more statements than a connection keeps prepared`() async throws {
        var configuration = DatabaseConfiguration(url: test.url(of: .chat), poolSize: 1)
        configuration.preparedStatementsMax = 3
        let database = Database(configuration, logger: .tests)
        for round in 0..<3 {
            for number in 0..<10 {
                let sql = SQL(stringLiteral: "SELECT \(number) AS number, ") + "\(round) AS round"
                let rows = try await database.pipeline(.none, [sql, sql])
                #expect(try rows.map { try $0[0]["number"] as Int } == [number, number])
                #expect(try rows[1][0]["round"] == round)
            }
        }
        let prepared = try await database.query(.none, "SELECT count(*) AS count FROM pg_prepared_statements")
        let count: Int = try prepared[0]["count"]
        #expect(count <= 6)
        #expect(count > 1, "without prepared statements this test proves nothing")
    }

    @Test func `meets a table that changed under its prepared statement, and the next one goes on`() async throws {
        let sql: SQL = "SELECT * FROM chat.plain_notes"
        #expect(try await database.query(.none, sql).isEmpty)
        _ = try await test.admin().query(.none, "ALTER TABLE chat.plain_notes ADD COLUMN more int")
        do {
            _ = try await database.query(.none, sql)
        } catch DatabaseError.server("0A000", _) {
            // "cached plan must not change result type": that connection is replaced.
        }
        #expect(try await database.query(.none, sql).isEmpty)
    }

    @Test func `is told what kind of trouble it met, without the values`() async throws {
        let id = UUID()
        _ = try await database.query(.none, "INSERT INTO chat.plain_notes VALUES (\(id), \("secret text"))")
        let cases: [(SQL, DatabaseError)] = [
            ("INSERT INTO chat.plain_notes VALUES (\(id), \("secret text"))", .uniqueViolation(constraint: "plain_notes_pkey")),
            ("INSERT INTO chat.plain_notes VALUES (\(UUID()), \(String?.none))", .notNullViolation(column: "text")),
            (
                "INSERT INTO chat.plain_notes VALUES (\(UUID()), \("too long, and secret text"))",
                .checkViolation(constraint: "plain_notes_text_check")
            ),
            ("SELECT \("secret text")::int", .server(sqlstate: "22P02", message: "data exception")),
            ("SELECT pg_sleep(60)", .statementTimeout),
            ("CREATE TABLE chat.mine (id int)", .forbidden("permission denied for schema chat")),
        ]
        var configuration = DatabaseConfiguration(url: test.url(of: .chat), poolSize: 1)
        configuration.statementTimeout = .milliseconds(200)
        let database = Database(configuration, logger: .tests)
        for (sql, expected) in cases {
            let error = await #expect(throws: DatabaseError.self) { try await database.query(.none, sql) }
            #expect(error == expected)
            #expect(error.map { !"\($0)".contains("secret") } == true)
        }
    }

    @Test func `that waits too long for a lock is told so`() async throws {
        let id = UUID()
        _ = try await database.query(.none, "INSERT INTO chat.plain_notes VALUES (\(id), \("held"))")
        var configuration = DatabaseConfiguration(url: test.url(of: .chat), poolSize: 1)
        configuration.lockTimeout = .milliseconds(50)
        let impatient = Database(configuration, logger: .tests)
        let error = try await impatient.whileLocked(in: database, "SELECT FROM chat.plain_notes WHERE id = \(id) FOR UPDATE") {
            await #expect(throws: DatabaseError.self) {
                try await impatient.query(.none, "UPDATE chat.plain_notes SET text = \("new") WHERE id = \(id)")
            }
        }
        #expect(error == .lockTimeout)
    }
}

extension Database {
    /// Runs `body` while `holder` keeps the statement's locks.
    func whileLocked<Result: Sendable>(
        in holder: Database, _ sql: SQL, _ body: @Sendable () async throws -> Result
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

import Contracts
import Foundation
import Storage
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct `A database in trouble` {
    let test: TestDatabase

    init() async throws { test = try await TestDatabase.makeWithNotes() }

    private func proxied(_ proxy: TestProxy, _ change: (inout DatabaseConfiguration) -> Void = { _ in }) -> Database {
        var configuration = DatabaseConfiguration(url: test.url(of: .chat, through: proxy), poolSize: 1)
        change(&configuration)
        return Database(configuration, logger: .tests)
    }

    private func exists(_ id: UUID) async throws -> Bool {
        try await !test.database(.chat, poolSize: 1).query(.none, "SELECT FROM chat.plain_notes WHERE id = \(id)").isEmpty
    }

    @Test func `does not know what became of a COMMIT whose answer was lost`() async throws {
        let proxy = try test.proxy()
        let database = proxied(proxy)
        let id = UUID()
        let doubts = Mutex(0)
        proxy.cut(.afterAnswer(to: "COMMIT"))
        await #expect(throws: DatabaseError.commitUnknown) {
            try await database.transaction(.none) { transaction in
                transaction.afterCommit { Issue.record("nobody knows of a commit") }
                transaction.afterUnknownCommit { doubts.withLock { $0 += 1 } }
                try transaction.query("INSERT INTO chat.plain_notes VALUES (\(id), \("kept"))")
            }
        }
        #expect(proxy.cuts == 1 && doubts.withLock { $0 } == 1)
        #expect(try await exists(id), "it was committed, so asking again with the same id must find it")
        proxy.cut(.never)
        #expect(try await database.query(.none, "SELECT 1").count == 1)
    }

    @Test func `does not know what became of a COMMIT that never arrived`() async throws {
        let proxy = try test.proxy()
        let database = proxied(proxy)
        let id = UUID()
        proxy.cut(.before("COMMIT"))
        await #expect(throws: DatabaseError.commitUnknown) {
            try await database.query(.none, "INSERT INTO chat.plain_notes VALUES (\(id), \("lost"))")
        }
        #expect(proxy.cuts == 1)
        #expect(try await !exists(id))
    }

    @Test func `knows that nothing happened when the line is cut before COMMIT`() async throws {
        let proxy = try test.proxy()
        let database = proxied(proxy)
        let id = UUID()
        proxy.cut(.afterAnswer(to: "INSERT"))
        let error = await #expect(throws: DatabaseError.self) {
            try await database.transaction(.none) { transaction in
                try transaction.query("INSERT INTO chat.plain_notes VALUES (\(id), \("lost"))")
            }
        }
        guard case .unavailable = error else {
            Issue.record("unavailable was expected, not \(String(describing: error))")
            return
        }
        #expect(try await !exists(id))
    }

    @Test func `recovers from a backend that was ended while nobody looked`() async throws {
        let database = test.database(.chat, poolSize: 1)
        let pid: Int32 = try await database.query(.none, "SELECT pg_backend_pid() AS pid")[0]["pid"]
        let superuser = test.superuser()
        _ = try await superuser.query(.none, "SELECT pg_terminate_backend(\(pid))")
        try await eventually("the backend is gone") {
            try await superuser.query(.none, "SELECT FROM pg_stat_activity WHERE pid = \(pid)").isEmpty
        }
        let now: Int32 = try await database.query(.none, "SELECT pg_backend_pid() AS pid")[0]["pid"]
        #expect(now != pid)
    }

    @Test func `recovers from a backend that was ended in the middle of a transaction`() async throws {
        let database = test.database(.chat, poolSize: 1)
        let superuser = test.superuser()
        let id = UUID()
        let (pids, send) = AsyncStream<Int32>.makeStream()
        let goOn = DispatchSemaphore(value: 0)
        async let outcome: Void = database.transaction(.none) { transaction in
            try transaction.query("INSERT INTO chat.plain_notes VALUES (\(id), \("lost"))")
            send.yield(try transaction.query("SELECT pg_backend_pid() AS pid")[0]["pid"])
            goOn.wait()
            try transaction.query("SELECT 1")
        }
        for await pid in pids {
            _ = try await superuser.query(.none, "SELECT pg_terminate_backend(\(pid))")
            try await eventually("the backend is gone") {
                try await superuser.query(.none, "SELECT FROM pg_stat_activity WHERE pid = \(pid)").isEmpty
            }
            break
        }
        goOn.signal()
        do {
            try await outcome
            Issue.record("a transaction whose backend is gone cannot succeed")
        } catch DatabaseError.unavailable(let reason) {
            #expect(reason.contains("administrator"))
        }
        #expect(try await !exists(id))
        #expect(await database.isReady())
    }

    @Test func `is given up on when it says nothing`() async throws {
        let proxy = try test.proxy()
        let database = proxied(proxy) { $0.responseTimeout = .milliseconds(200) }
        #expect(await database.isReady())
        proxy.cut(.silence)
        await #expect(throws: DatabaseError.commitUnknown) { try await database.query(.none, "SELECT 1") }
    }

    @Test func `that cannot be reached is unavailable after a limited wait, and is used once it is there`() async throws {
        let proxy = try test.proxy()
        let address = test.url(of: .chat, through: proxy)
        var configuration = DatabaseConfiguration(url: address.replacing("port=\(proxy.port)", with: "port=1"), poolSize: 2)
        configuration.waitMax = .milliseconds(300)
        let unreachable = Database(configuration, logger: .tests)
        let error = await #expect(throws: DatabaseError.self) { try await unreachable.query(.none, "SELECT 1") }
        #expect(error == .unavailable("no connection became free in time"))
        #expect(await !unreachable.isReady())

        let healing = proxied(proxy)
        proxy.cut(.before("user"))  // the first words of every connection
        #expect(await !healing.isReady())
        proxy.cut(.never)
        try await eventually("the database is there") { await healing.isReady() }
    }

    @Test func `that cannot be reached refuses at once, and takes work again by itself`() async throws {
        let proxy = try test.proxy()
        proxy.cut(.before("user"))
        let database = proxied(proxy) {
            $0.waitMax = .seconds(3600)
            $0.unreachablePatience = .milliseconds(1)
        }
        for _ in 0..<3 {
            let error = await #expect(throws: DatabaseError.self) { try await database.query(.none, "SELECT 1") }
            #expect(error == .unavailable("the database cannot be reached"))
        }
        proxy.cut(.never)
        try await eventually("the database is there") { await database.isReady() }
    }

    @Test func `refuses work beyond what may wait, and work that waited too long`() async throws {
        var configuration = DatabaseConfiguration(url: test.url(of: .chat), poolSize: 1)
        configuration.waitingMax = 3
        configuration.waitMax = .seconds(2)
        let database = Database(configuration, logger: .tests)
        try await eventually("the database is there") { await database.isReady() }
        let (isBusy, busy) = AsyncStream<Void>.makeStream()
        let release = DispatchSemaphore(value: 0)
        async let held: Void = database.transaction(.none) { _ in
            busy.finish()
            release.wait()
        }
        for await _ in isBusy {}
        let errors = await withTaskGroup(of: DatabaseError?.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    do {
                        _ = try await database.query(.none, "SELECT 1")
                        return nil
                    } catch {
                        return error as? DatabaseError
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        release.signal()
        try await held
        #expect(errors.count { $0 == .unavailable("3 jobs wait for a connection") } == 2)
        #expect(errors.count { $0 == .unavailable("no connection became free in time") } == 3)
        #expect(await database.isReady())
    }

    @Test func `does not keep a process from stopping that waits for it to answer`() async throws {
        let proxy = try test.proxy()
        proxy.cut(.silence)
        // Far longer than this test may take.
        let database = proxied(proxy) {
            $0.connectTimeout = .seconds(3600)
            $0.waitMax = .seconds(3600)
            $0.unreachablePatience = .seconds(3600)
        }
        try await withServices([database]) {
            async let waiting = database.query(.none, "SELECT 1")
            try await eventually("somebody tries to connect") { proxy.connections > 0 }
            database.leave()
            do {
                _ = try await waiting
                Issue.record("nobody answered, so nothing can be known")
            } catch {
                #expect(error as? DatabaseError == .unavailable("the database cannot be reached"))
            }
        }
    }

    @Test(arguments: ["disk_full", "out_of_memory", "io_error"])
    func `that has no room is unavailable, and is not the statement's fault`(condition: String) async throws {
        let database = test.database(.chat, poolSize: 1)
        let error = await #expect(throws: DatabaseError.self) {
            try await database.query(
                .none, SQL(stringLiteral: "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '\(condition)', MESSAGE = 'no room'; END $$"))
        }
        #expect(error == .unavailable("no room"))
        #expect(error?.isConnectionTrouble == true, "a consumer tries such an event for ever and parks nothing")
    }

    @Test(arguments: [true, false])
    func `or in order, lets go of a transaction when it ends`(succeeds: Bool) async throws {
        final class Witness: Sendable {}
        struct Refused: Error {}
        let database = test.database(.chat, poolSize: 1)
        let made = Mutex(0)
        weak let gone: Witness? = try await {
            let witness = Witness()
            do {
                try await database.transaction(.none) { transaction in
                    // Holds the transaction that holds it, as whoever writes events does.
                    transaction.beforeCommit {
                        made.withLock { $0 += 1 }
                        transaction.afterCommit { withExtendedLifetime(witness) {} }
                        return ["SELECT 1"]
                    }
                    try transaction.query("SELECT 1")
                    if !succeeds { throw Refused() }
                }
            } catch is Refused {}
            return witness
        }()
        #expect(made.withLock { $0 } == (succeeds ? 1 : 0))
        try await eventually("nobody holds it") { gone == nil }
    }

    @Test func `goes on with what has a connection while the process is leaving`() async throws {
        let database = test.database(.chat, poolSize: 1)
        #expect(await database.isReady())
        database.leave()
        #expect(try await database.query(.none, "SELECT 1").count == 1)
    }

    @Test func `that was closed refuses everything, also what waits`() async throws {
        let database = test.database(.chat, poolSize: 1)
        #expect(await database.isReady())
        database.close()
        let error = await #expect(throws: DatabaseError.self) { try await database.query(.none, "SELECT 1") }
        #expect(error == .unavailable("the database is closed"))
    }

    @Test func `never shows its password`() {
        let configuration = DatabaseConfiguration(url: "postgres://chat:topsecret@localhost/chat")
        #expect(!"\(configuration)".contains("topsecret"))
        #expect(!String(reflecting: configuration).contains("topsecret"))
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("topsecret"))
    }
}

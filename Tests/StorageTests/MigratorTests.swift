import Contracts
import EventLog
import Foundation
import Storage
import Synchronization
import TestSupport
import Testing

@Suite struct `Migrations` {
    private func provisioned() async throws -> TestDatabase {
        let test = try await TestDatabase.makeEmpty()
        try await Provisioning(adminURL: test.adminURL).provision(
            [.chat: TestDatabase.password, .router: TestDatabase.password], verifyPassword: TestDatabase.password)
        return test
    }

    @Test func `run once, in order, the log's before the service's, and report it`() async throws {
        let test = try await provisioned()
        let migrator = Migrator(adminURL: test.adminURL)
        let progress = Mutex<[Migrator.Progress]>([])
        let names = [
            "log/20261121-0330_log_create", "log/20261121-0450_parked_add_retry", "log/20261201-0010_outbox_add_context",
            "20261121-0400_notes_create", "20261121-0401_notes_find",
        ]
        let first = try await migrator.migrate(.chat, directory: TestDatabase.fixtures) { step in progress.withLock { $0.append(step) } }
        #expect(first == names)
        #expect(progress.withLock { $0 } == names.map { .applied($0) })
        progress.withLock { $0 = [] }
        #expect(try await migrator.migrate(.chat, directory: TestDatabase.fixtures) { step in progress.withLock { $0.append(step) } } == [])
        #expect(progress.withLock { $0 } == names.map { .alreadyApplied($0) })
    }

    @Test func `and provisioning run again on a copy with data, and change nothing`() async throws {
        let test = try await TestDatabase.makeWithNotes()
        let tenant = TenantID.new()
        let database = test.database(.chat, poolSize: 1)
        _ = try await database.query(.tenant(tenant), "INSERT INTO chat.notes (client_id, id, text) VALUES (\(tenant), \(UUID()), \("x"))")
        database.close()
        let superuser = try await TestDatabase.makeEmpty().superuser()
        try await eventually("nobody is connected any more") {
            try await superuser.query(.none, "SELECT FROM pg_stat_activity WHERE datname = \(test.name)").isEmpty
        }
        let copy = try await test.copy()
        try await Provisioning(adminURL: copy.adminURL).provision(
            [.chat: TestDatabase.password, .router: TestDatabase.password], verifyPassword: TestDatabase.password)
        #expect(try await Migrator(adminURL: copy.adminURL).migrate(.chat, directory: TestDatabase.fixtures) == [])
        #expect(try await copy.database(.chat, poolSize: 1).query(.tenant(tenant), "SELECT FROM chat.notes").count == 1)
    }

    @Test func `of a service with a hyphen in its name have an underscore in their schema and its roles`() async throws {
        let service = ServiceName(rawValue: "channel-sms")
        let test = try await TestDatabase.make([service: nil])
        let own = Migration(
            name: "1",
            text: """
                CREATE TABLE channel_sms.notes (client_id uuid NOT NULL, id uuid);
                SELECT switchboard_protect('channel_sms.notes');
                SELECT switchboard_open_to_lookup('channel_sms.notes');
                """)
        #expect(try await Migrator(adminURL: test.adminURL).migrate(service, LogMigrations.all() + [own]) == ["1"])
        #expect(try await RowSecurity.unprotectedTables(in: [service], of: test.admin()) == [])
        let database = test.database(service, poolSize: 1)
        #expect(try await LogInspection.heads(of: service, in: database).sequences.count == Partitioning.partitionCount)
        let rows = try await database.query(
            .tenant(.new()), "SELECT current_user::text AS name, (SELECT count(*) FROM channel_sms.notes) AS notes")
        #expect(try rows[0]["name"] == "switchboard_channel_sms")
    }

    @Test func `that were edited after they ran are refused, before anything else runs`() async throws {
        let test = try await provisioned()
        let migrator = Migrator(adminURL: test.adminURL)
        try await migrator.migrate(.chat, [Migration(name: "1", text: "CREATE TABLE chat.one (id int)")])
        await #expect(throws: MigrationError.edited(name: "1")) {
            try await migrator.migrate(
                .chat,
                [
                    Migration(name: "0", text: "CREATE TABLE chat.zero (id int)"),
                    Migration(name: "1", text: "CREATE TABLE chat.one (id bigint)"),
                ])
        }
        #expect(try await !exists("chat.zero", test))
    }

    @Test func `that fail leave nothing of themselves, and those before them stay`() async throws {
        let test = try await provisioned()
        let error = await #expect(throws: MigrationError.self) {
            try await Migrator(adminURL: test.adminURL).migrate(
                .chat,
                [
                    Migration(name: "1", text: "CREATE TABLE chat.one (id int)"),
                    Migration(name: "2", text: "CREATE TABLE chat.two (id int); SELECT 1 / 0;"),
                ])
        }
        #expect(error == .failed(name: "2", .server(sqlstate: "22012", message: "data exception")))
        #expect(try await exists("chat.one", test))
        #expect(try await !exists("chat.two", test))
    }

    @Test func `that end their own transaction are refused`() async throws {
        let test = try await provisioned()
        await #expect(throws: MigrationError.endsItsTransaction(name: "1")) {
            try await Migrator(adminURL: test.adminURL).migrate(.chat, [Migration(name: "1", text: "COMMIT")])
        }
    }

    @Test func `run once though several migrators start together`() async throws {
        let test = try await provisioned()
        let applied = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await Migrator(adminURL: test.adminURL).migrate(
                        .chat, [Migration(name: "1", text: "CREATE TABLE chat.one (id int)")])
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(applied == ["1"])
    }

    private func exists(_ table: String, _ test: TestDatabase) async throws -> Bool {
        try await test.admin().query(.none, "SELECT to_regclass(\(table)) IS NOT NULL AS there")[0]["there"]
    }
}

@Suite struct `A connection string` {
    @Test func `is turned to another role and database, in both forms`() {
        #expect(
            DatabaseURL.replacing(
                in: "postgres://admin:secret@db:5432/postgres?sslmode=require", user: "chat", password: "a/b", database: "main")
                == "postgres://chat:a%2Fb@db:5432/main?sslmode=require")
        #expect(DatabaseURL.replacing(in: "postgres://admin@db/postgres", database: "main") == "postgres://admin@db/main")
        #expect(
            DatabaseURL.replacing(in: "host=/run dbname=postgres", user: "chat", password: "it's", database: "main")
                == #"host=/run dbname=postgres user='chat' password='it\'s' dbname='main'"#)
    }

    @Test func `gets another password for the same user`() {
        #expect(
            DatabaseURL.replacing(in: "postgres://admin:old@db/main?password=old", password: "a/b") == "postgres://admin:a%2Fb@db/main?")
        #expect(DatabaseURL.replacing(in: "host=db user=admin", password: "it's") == #"host=db user=admin password='it\'s'"#)
    }

    @Test func `with a password file is unavailable until the file is there, and then needs no restart`() async throws {
        let test = try await TestDatabase.makeWithNotes()
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        var configuration = DatabaseConfiguration(url: test.url(of: .chat), passwordFile: file.path, poolSize: 1)
        configuration.waitMax = .milliseconds(300)
        let database = Database(configuration, logger: .tests)
        defer { database.close() }
        let error = await #expect(throws: DatabaseError.self) { try await database.query(.none, "SELECT 1") }
        guard case .unavailable? = error else {
            Issue.record("expected unavailable, not \(String(describing: error))")
            return
        }
        try Data((TestDatabase.password + "\n").utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        // The pool tries again at its own pace; until then it refuses.
        try await eventually("the pool has read the file") {
            do { return try await database.query(.none, "SELECT 1").count == 1 } catch DatabaseError.unavailable { return false }
        }
    }

    @Test func `without a host, for a Unix socket, still signs in`() async throws {
        let test = try await TestDatabase.makeWithNotes()
        guard let socket = try await TestCluster.shared().socketPath else { return }
        let directory = URL(filePath: socket).deletingLastPathComponent().path
        let url = DatabaseURL.replacing(
            in: "postgres:///postgres?host=\(directory)", user: "switchboard_chat", password: "x", database: test.name)
        let rows = try await Database(DatabaseConfiguration(url: url, poolSize: 1), logger: .tests).query(
            .none, "SELECT current_user::text AS name, current_database()::text AS database")
        #expect(try rows[0]["name"] == "switchboard_chat")
        #expect(try rows[0]["database"] == test.name)
    }
}

import Contracts
import Foundation
import Storage
import TestSupport
import Testing

@Suite struct `A tenant's table` {
    let test: TestDatabase
    let database: Database
    let ours = TenantID.new()
    let theirs = TenantID.new()

    init() async throws {
        test = try await TestDatabase.makeWithNotes()
        database = test.database(.chat, poolSize: 1)
        for tenant in [ours, theirs] {
            _ = try await database.query(
                .tenant(tenant), "INSERT INTO chat.notes (client_id, id, text) VALUES (\(tenant), \(tenant), \("a note"))")
        }
    }

    private func seen(_ scope: Scope, by database: Database) async throws -> [TenantID] {
        try await database.query(scope, "SELECT client_id FROM chat.notes").map { try $0["client_id"] }
    }

    @Test func `shows each tenant its own rows, and nothing to nobody`() async throws {
        #expect(try await seen(.tenant(ours), by: database) == [ours])
        #expect(try await seen(.tenant(theirs), by: database) == [theirs])
        #expect(try await seen(.none, by: database) == [])
        #expect(try await seen(.tenant(.new()), by: database) == [])
    }

    @Test func `takes no row of another tenant, neither new nor changed nor deleted`() async throws {
        let refusal = DatabaseError.forbidden(#"new row violates row-level security policy for table "notes""#)
        for scope in [Scope.tenant(theirs), .none] {
            await #expect(throws: refusal) {
                try await database.query(scope, "INSERT INTO chat.notes (client_id, id, text) VALUES (\(ours), \(UUID()), \("x"))")
            }
        }
        await #expect(throws: refusal) { try await database.query(.tenant(theirs), "UPDATE chat.notes SET client_id = \(ours)") }
        #expect(try await database.query(.tenant(theirs), "UPDATE chat.notes SET text = \("x") WHERE client_id = \(ours)").affected == 0)
        #expect(try await database.query(.tenant(theirs), "DELETE FROM chat.notes").affected == 1)
        #expect(try await seen(.tenant(ours), by: database) == [ours])
    }

    @Test func `holds its owner to the same`() async throws {
        let owner = test.admin()
        #expect(
            try await owner.query(
                .none, "SELECT pg_get_userbyid(relowner) = current_user AS is_ours FROM pg_class WHERE oid = 'chat.notes'::regclass")[0][
                    "is_ours"])
        #expect(try await seen(.none, by: owner) == [])
        #expect(try await seen(.tenant(ours), by: owner) == [ours])
        await #expect(throws: DatabaseError.self) {
            try await owner.query(.tenant(theirs), "INSERT INTO chat.notes (client_id, id, text) VALUES (\(ours), \(UUID()), \("x"))")
        }
    }

    @Test func `follows the scope from tenant to tenant within a batch, and forgets it with COMMIT`() async throws {
        let (ours, theirs) = (ours, theirs)
        let rows = try await database.transaction(.none) { transaction in
            try transaction.pipeline([
                "SELECT client_id FROM chat.notes", transaction.scope(to: ours), "SELECT client_id FROM chat.notes",
                transaction.scope(to: theirs), "SELECT client_id FROM chat.notes",
            ])
        }
        #expect(rows[0].isEmpty)
        #expect(try rows[2].map { try $0["client_id"] as TenantID } == [ours])
        #expect(try rows[4].map { try $0["client_id"] as TenantID } == [theirs])
        #expect(try await seen(.none, by: database) == [])
    }

    @Test func `is read whole by the verifying role, which changes nothing`() async throws {
        let verify = Database(DatabaseConfiguration(url: test.verifyURL, poolSize: 1), logger: .tests)
        #expect(try await Set(seen(.none, by: verify)) == [ours, theirs])
        #expect(try await verify.query(.none, "SELECT count(*) AS count FROM chat.stream_head")[0]["count"] == 16)
        await #expect(throws: DatabaseError.self) { try await verify.query(.none, "DELETE FROM chat.notes") }
        await #expect(throws: DatabaseError.self) {
            try await verify.pipeline(.none, ["SET TRANSACTION READ WRITE", "UPDATE chat.notes SET text = ''"])
        }
        #expect(try await Set(seen(.none, by: verify)) == [ours, theirs])
    }

    @Test func `is looked into across tenants only by the function made for it`() async throws {
        let rows = try await database.query(.none, "SELECT chat.find_note_owner(\(ours)) AS owner")
        #expect(try rows[0]["owner"] == ours)
        let router = test.database(.router, poolSize: 1)
        await #expect(throws: DatabaseError.forbidden("permission denied for schema chat")) {
            try await router.query(.none, "SELECT chat.find_note_owner(\(ours))")
        }
        await #expect(throws: DatabaseError.self) { try await database.query(.none, "SET ROLE switchboard_chat_lookup") }
    }

    @Test func `is every table of a service, or it stands in the list of those without tenant`() async throws {
        let unprotected = try await RowSecurity.unprotectedTables(in: [.chat, .router], of: database)
        #expect(unprotected == ["chat.deferred_notes", "chat.plain_notes"], "the two that the fixtures left open, and no other")
    }

    @Test func `needs a column for its tenant`() async throws {
        await #expect(throws: DatabaseError.self) {
            try await test.admin().query(.none, "SELECT switchboard.switchboard_protect('chat.plain_notes')")
        }
    }
}

@Suite struct `A service's role` {
    let test: TestDatabase
    let database: Database

    init() async throws {
        test = try await TestDatabase.makeWithNotes()
        database = test.database(.chat, poolSize: 1)
    }

    @Test func `works in its own schema and sees no other`() async throws {
        #expect(try await database.query(.none, "SELECT FROM chat.stream_head").count == 16)
        await #expect(throws: DatabaseError.forbidden("permission denied for schema router")) {
            try await database.query(.none, "SELECT FROM router.stream_head")
        }
    }

    @Test func `owns nothing, and cannot change a table, a policy or what the migrator did`() async throws {
        for statement: SQL in [
            "CREATE TABLE chat.mine (id int)", "ALTER TABLE chat.notes DISABLE ROW LEVEL SECURITY", "DROP POLICY tenant ON chat.notes",
            "DELETE FROM chat.schema_migrations", "CREATE SCHEMA mine", "CREATE ROLE mine", "TRUNCATE chat.notes",
        ] {
            let error = await #expect(throws: DatabaseError.self) { try await database.query(.none, statement) }
            guard case .forbidden = error else {
                Issue.record("\(statement.text): \(String(describing: error))")
                continue
            }
        }
        let flags = try await database.query(
            .none, "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb AS is_mighty FROM pg_roles WHERE rolname = current_user"
        )
        #expect(try !flags[0]["is_mighty"])
    }
}

import Contracts
import EventLog
import Foundation
import Storage
import TestSupport
import Testing

/// The migrations that the services ship, read from the checkout, because their bundles belong to modules above this one.
@Suite(.timeLimit(.minutes(5))) struct `The services' own migrations` {
    /// SECURITY DEFINER functions that the administrator owns, because they change tables; they take nothing and return no rows.
    private static let maintenance: Set<String> = ["router.prepare_decision_partitions()"]

    let services: [ServiceName: URL?]

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        services = Dictionary(
            uniqueKeysWithValues: SuiteService.withSchema.map {
                ($0.name, root.appending(path: "Services/\($0.folder)/Service/Storage/Migrations"))
            })
    }

    @Test func `are named by their time and their table, and run twice without a difference`() async throws {
        #expect(services.count > 1, "without services this test proves nothing")
        let test = try await TestDatabase.make(services)
        for case (let service, let directory?) in services {
            let migrations = try Migration.all(in: directory)
            #expect(!migrations.isEmpty, "\(service) has tables of its own")
            for migration in migrations {
                #expect(migration.name.wholeMatch(of: /\d{8}-\d{4}_[a-z0-9]+(_[a-z0-9]+)+/) != nil, "\(service): \(migration.name)")
            }
            #expect(try await Migrator(adminURL: test.adminURL).migrate(service, directory: directory) == [])
        }
    }

    @Test func `protect every table of a tenant; the others stand in one list`() async throws {
        let test = try await TestDatabase.make(services)
        let database = test.admin()
        #expect(try await RowSecurity.unprotectedTables(in: Array(services.keys), of: database) == [])
        let tables = try await database.query(
            .none,
            """
            SELECT n.nspname || '.' || c.relname AS name, c.relname AS short FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = ANY(\(services.keys.map(\.schema))) AND c.relkind IN ('r', 'p')
            """)
        let names = try Set(tables.flatMap { [try $0["name"] as String, try $0["short"] as String] })
        #expect(Set(RowSecurity.tablesWithoutTenant.keys).subtracting(names) == [], "the list names no table that is gone")
    }

    @Test func `give look-up functions to their role, with a fixed search path, and to nobody else`() async throws {
        let test = try await TestDatabase.make(services)
        let rows = try await test.admin().query(
            .none,
            """
            SELECT p.oid::regprocedure::text AS name, pg_get_userbyid(p.proowner) = 'switchboard_' || n.nspname || '_lookup' AS is_owned,
                   COALESCE(array_to_string(p.proconfig, ','), '') LIKE '%search_path=%' AS has_path,
                   has_function_privilege('switchboard_verify', p.oid, 'EXECUTE') AS is_open
              FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
             WHERE n.nspname = ANY(\(services.keys.map(\.schema))) AND p.prosecdef
            """)
        #expect(!rows.isEmpty, "without look-up functions this test proves nothing")
        for row in rows {
            let name: String = try row["name"]
            #expect(try row["is_owned"] || Self.maintenance.contains(name), "\(name) belongs to its schema's look-up role")
            #expect(try row["has_path"], "\(name) has a fixed search path")
            #expect(try !row["is_open"], "\(name) is called by its service only")
        }
    }
}

import Contracts

/// What must exist in a database before migrations run: per service a schema, the role it signs in with and the role that owns
/// its look-up functions; one role that only reads, for `switchboard verify`; and the functions that migrations call.
/// Running it again changes nothing but the passwords.
package struct Provisioning: Sendable {
    /// Signs in, sees every tenant's rows, changes nothing.
    package static let verifyRole = "switchboard_verify"

    /// May read and write the rows of its own schema, and only those of the tenant in scope. Owns nothing.
    package static func role(of service: ServiceName) -> String { "switchboard_\(service.schema)" }

    /// Owns SECURITY DEFINER functions that must see all tenants, and nothing else. Nobody signs in as it.
    package static func lookupRole(of service: ServiceName) -> String { "switchboard_\(service.schema)_lookup" }

    /// Roles belong to the cluster, the lock to one database: two databases provisioned at once meet in `pg_authid`, and one of
    /// them has to begin again.
    private static let attemptsMax = 20

    private let configuration: DatabaseConfiguration

    /// - Parameter adminURL: of a role that may create roles, and schemas in this database.
    package init(adminURL: String) {
        configuration = Migrator.configuration(adminURL)
    }

    /// - Parameters:
    ///   - passwords: of each service's role; set anew each time.
    ///   - verifyPassword: of ``verifyRole``.
    package func provision(_ passwords: [ServiceName: String], verifyPassword: String) async throws {
        for attempt in 1...Self.attemptsMax {
            do {
                return try await provisionOnce(passwords, verifyPassword: verifyPassword)
            } catch let error as DatabaseError where error.isRoleConflict && attempt < Self.attemptsMax {
                try await Task.sleep(for: .milliseconds(Int64.random(in: 10...200)))
            }
        }
    }

    private func provisionOnce(_ passwords: [ServiceName: String], verifyPassword: String) async throws {
        try await Connection.onOwnThread(configuration) { connection in
            _ = try connection.ask("SELECT pg_advisory_lock(hashtextextended('switchboard.provision', 0))")
            _ = try connection.ask("BEGIN")
            try createRole(Self.verifyRole, password: verifyPassword, connection)
            _ = try connection.ask("ALTER ROLE \(identifier: Self.verifyRole) SET default_transaction_read_only = on")
            try connection.execute(script: RowSecurity.functions)
            for (service, password) in passwords.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                try createRole(Self.role(of: service), password: password, connection)
                try createRole(Self.lookupRole(of: service), password: nil, connection)
                try createSchema(of: service, connection)
            }
            _ = try connection.ask("COMMIT")
        }
    }

    private func createRole(_ name: String, password: String?, _ connection: Connection) throws {
        // The password travels as a parameter, not in the text of a statement that the server may log.
        _ = try connection.ask(
            "SELECT set_config('switchboard.role_name', \(name), true), set_config('switchboard.role_password', \(password ?? ""), true)")
        let attributes: StaticString = "NOSUPERUSER NOCREATEDB NOCREATEROLE INHERIT"
        try connection.execute(
            script: """
                DO $$
                DECLARE
                    role_name text := current_setting('switchboard.role_name');
                    role_password text := current_setting('switchboard.role_password');
                BEGIN
                    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
                        EXECUTE format('CREATE ROLE %I \(attributes)', role_name);
                    END IF;
                    IF role_password <> '' THEN
                        EXECUTE format('ALTER ROLE %I LOGIN PASSWORD %L', role_name, role_password);
                    END IF;
                END $$
                """)
        _ = try connection.ask("SELECT set_config('switchboard.role_password', '', true)")
    }

    private func createSchema(of service: ServiceName, _ connection: Connection) throws {
        let schema: SQL = "\(identifier: service.schema)"
        let role: SQL = "\(identifier: Self.role(of: service))"
        let lookup: SQL = "\(identifier: Self.lookupRole(of: service))"
        let verify: SQL = "\(identifier: Self.verifyRole)"
        let statements: [SQL] = [
            "CREATE SCHEMA IF NOT EXISTS \(schema)",
            "GRANT USAGE ON SCHEMA \(schema) TO \(role), \(lookup), \(verify)",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA \(schema) GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO \(role)",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA \(schema) GRANT USAGE, SELECT ON SEQUENCES TO \(role)",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA \(schema) GRANT SELECT ON TABLES TO \(verify)",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA \(schema) GRANT SELECT ON SEQUENCES TO \(verify)",
        ]
        for statement in statements { _ = try connection.ask(statement) }
    }
}

extension DatabaseError {
    /// Somebody else made or changed the same role at the same time. Source: PostgreSQL 15, `simple_heap_update`, whose error
    /// "tuple concurrently updated" has no code of its own.
    fileprivate var isRoleConflict: Bool {
        switch self {
        case .uniqueViolation(let constraint): ["pg_authid_rolname_index", "pg_db_role_setting_databaseid_rol_index"].contains(constraint)
        case .server("XX000", let message): message.hasPrefix("tuple concurrently")
        default: false
        }
    }
}

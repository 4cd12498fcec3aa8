import Contracts
import Logging

/// Brings a service's schema up to date, as the administrator, who owns the tables. Several may run at once: they wait for
/// each other.
package struct Migrator: Sendable {
    package enum Progress: Sendable, Equatable {
        case alreadyApplied(String)
        case applied(String)
    }

    /// How long one migrator waits for another one, and for a lock where a migration sets no shorter `lock_timeout`.
    private static let lockTimeout = Duration.seconds(60)
    /// Far beyond any migration that is safe while the old version runs.
    private static let statementTimeout = Duration.seconds(1800)

    private let configuration: DatabaseConfiguration

    /// - Parameter adminURL: of a role that may create roles, and schemas in this database.
    package init(adminURL: String) {
        configuration = Self.configuration(adminURL)
    }

    static func configuration(_ adminURL: String) -> DatabaseConfiguration {
        var configuration = DatabaseConfiguration(url: adminURL, poolSize: 1)
        configuration.lockTimeout = lockTimeout
        configuration.statementTimeout = statementTimeout
        configuration.responseTimeout = statementTimeout + .seconds(60)
        configuration.idleInTransactionTimeout = .zero
        configuration.applicationName = "switchboard-migrate"
        return configuration
    }

    /// Runs what has not run yet, each migration in a transaction of its own. Within it the search path is the service's
    /// schema, then `switchboard` with the functions of ``Provisioning``.
    /// - Returns: the names of those that ran now.
    /// - Throws: ``MigrationError``; ``DatabaseError``.
    @discardableResult
    package func migrate(
        _ service: ServiceName, _ migrations: [Migration], progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async throws -> [String] {
        try await Connection.onOwnThread(configuration) { connection in
            // An advisory lock of the session: it ends with the connection, whatever happens.
            _ = try connection.ask("SELECT pg_advisory_lock(hashtextextended(\("switchboard.migrate." + service.rawValue), 0))")
            try createTable(service, connection)
            let rows = try connection.ask("SELECT name, checksum FROM \(identifier: service.schema).schema_migrations")
            let applied = try Dictionary(uniqueKeysWithValues: rows.map { (try $0["name"] as String, try $0["checksum"] as [UInt8]) })
            for migration in migrations where applied[migration.name].map({ $0 != migration.checksum }) == true {
                throw MigrationError.edited(name: migration.name)
            }
            var names: [String] = []
            for migration in migrations {
                if applied[migration.name] != nil {
                    progress(.alreadyApplied(migration.name))
                    continue
                }
                try apply(migration, service, connection)
                names.append(migration.name)
                progress(.applied(migration.name))
            }
            return names
        }
    }

    private func createTable(_ service: ServiceName, _ connection: Connection) throws {
        let table: SQL = "\(identifier: service.schema).schema_migrations"
        let exists = try connection.ask("SELECT to_regclass(\("\"\(service.schema)\".schema_migrations")) IS NOT NULL AS there")
        if try exists[0]["there"] { return }
        _ = try connection.ask(
            """
            CREATE TABLE \(table) (
                name       text PRIMARY KEY,
                checksum   bytea NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
            )
            """)
        _ = try connection.ask(
            "REVOKE INSERT, UPDATE, DELETE ON \(table) FROM \(identifier: Provisioning.role(of: service))")
    }

    private func apply(_ migration: Migration, _ service: ServiceName, _ connection: Connection) throws {
        do {
            _ = try connection.ask("BEGIN")
            _ = try connection.ask("SET LOCAL search_path TO \(identifier: service.schema), switchboard")
            try connection.execute(script: migration.text)
            guard connection.isInTransaction else { throw MigrationError.endsItsTransaction(name: migration.name) }
            _ = try connection.ask(
                """
                INSERT INTO \(identifier: service.schema).schema_migrations (name, checksum)
                VALUES (\(migration.name), \(migration.checksum))
                """)
            _ = try connection.ask("COMMIT")
        } catch let error as DatabaseError {
            throw MigrationError.failed(name: migration.name, error)
        } catch let lost as Connection.Lost {
            throw MigrationError.failed(name: migration.name, .unavailable(lost.reason))
        }
    }
}

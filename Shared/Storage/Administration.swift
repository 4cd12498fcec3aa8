/// Statements that PostgreSQL does not allow inside a transaction: CREATE DATABASE, DROP DATABASE.
package struct Administration: Sendable {
    private let configuration: DatabaseConfiguration

    package init(adminURL: String) { configuration = Migrator.configuration(adminURL) }

    /// On a connection of its own.
    package func run(_ statement: SQL) async throws {
        try await Connection.onOwnThread(configuration) { connection in try connection.execute(script: statement.text) }
    }
}

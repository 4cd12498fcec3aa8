import AccountsService
import Contracts
import Logging
import ServiceKit
import Storage

extension AccountsAdministration {
    /// Lends the operator's way into accounts, signed in as accounts itself. Works whether the service runs or not: what is said goes
    /// into its log, where the others find it.
    static func with<Result: Sendable>(
        _ administrator: String, _ secrets: Secrets, body: (AccountsAdministration) async throws -> Result
    ) async throws -> Result {
        let logger = Logger(label: "accounts") { JSONLogHandler(label: $0, service: .accounts, replica: 0, level: .warning) }
        var configuration = DatabaseConfiguration(url: try SuiteSchema.address(of: .accounts, administrator, secrets), poolSize: 1)
        configuration.applicationName = "switchboard-accounts"
        let database = Database(configuration, logger: logger)
        defer { database.close() }
        return try await body(try AccountsAdministration(database: database, logger: logger))
    }

    /// - Throws: ``OperatorError`` if nobody has this slug.
    func tenant(named slug: String) async throws -> TenantSummary {
        guard let tenant = try await findTenant(slug: slug) else {
            throw OperatorError(
                "There is no company with the short name \(slug). Make it: switchboard tenant create --name … --slug \(slug)")
        }
        return tenant
    }
}

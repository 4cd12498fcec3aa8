import Contracts
import EventLog
import Jobs
import Storage

/// The roles and schemas of all services.
enum SuiteSchema {
    /// Every role that signs in.
    static let roles = SuiteService.withSchema.map { Provisioning.role(of: $0.name) } + [Provisioning.verifyRole]

    /// Makes what is missing and runs the migrations that have not run.
    /// - Returns: the names of the migrations that ran, after their service's.
    static func prepare(_ administrator: String, secrets: Secrets, programs: Programs) async throws -> [String] {
        let services = SuiteService.withSchema
        let passwords = try Dictionary(
            uniqueKeysWithValues: services.map { ($0.name, try secrets.password(of: Provisioning.role(of: $0.name))) })
        try await Provisioning(adminURL: administrator).provision(
            passwords, verifyPassword: try secrets.password(of: Provisioning.verifyRole))
        let migrator = Migrator(adminURL: administrator)
        var applied: [String] = []
        for service in services {
            let shared = service.hasJobs ? try JobMigrations.all() : []
            applied += try await migrator.migrate(
                service.name, directory: programs.migrations(of: service), shared: shared
            ).map { "\(service.name)/\($0)" }
        }
        return applied
    }

    /// The database for a service's own role.
    static func address(of service: ServiceName, _ administrator: String, _ secrets: Secrets) throws -> String {
        try address(ofRole: Provisioning.role(of: service), administrator, secrets)
    }

    /// The database for the role that only reads.
    static func verifyAddress(_ administrator: String, _ secrets: Secrets) throws -> String {
        try address(ofRole: Provisioning.verifyRole, administrator, secrets)
    }

    private static func address(ofRole role: String, _ administrator: String, _ secrets: Secrets) throws -> String {
        DatabaseURL.replacing(in: administrator, user: role, password: try secrets.password(of: role))
    }
}

import Foundation
import Storage

/// The table of jobs, for the schema of each of ``SuiteService/withJobs``; it runs before the service's own migrations.
package enum JobMigrations {
    /// Goes before the names in `schema_migrations`, so that they do not meet a service's own.
    package static let prefix = "jobs/"

    package static func all() throws -> [Migration] {
        guard let directory = Bundle.module.url(forResource: "Migrations", withExtension: nil) else {
            throw CocoaError(.fileNoSuchFile)
        }
        return try Migration.all(in: directory, prefix: prefix)
    }
}

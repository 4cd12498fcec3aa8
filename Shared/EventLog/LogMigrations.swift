import Foundation
import Storage

/// The tables of the log, for each service's schema; they run before the service's own migrations.
package enum LogMigrations {
    /// Goes before the names in `schema_migrations`, so that they do not meet a service's own.
    package static let prefix = "log/"

    package static func all() throws -> [Migration] {
        guard let directory = Bundle.module.url(forResource: "Migrations", withExtension: nil) else {
            throw CocoaError(.fileNoSuchFile)
        }
        return try Migration.all(in: directory, prefix: prefix)
    }
}

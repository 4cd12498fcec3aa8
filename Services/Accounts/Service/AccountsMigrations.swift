import Foundation

/// The tables of accounts, for `switchboard migrate` and for tests.
package enum AccountsMigrations {
    package static var directory: URL? { Bundle.module.url(forResource: "Migrations", withExtension: nil) }
}

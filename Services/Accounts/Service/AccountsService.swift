import Foundation

/// Owns tenants, their people, websites and keys.
package enum AccountsService {
    package static let migrations = Bundle.module.url(forResource: "Migrations", withExtension: nil)
}

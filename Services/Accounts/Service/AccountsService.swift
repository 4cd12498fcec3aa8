import Foundation
import ServiceKit
import ServiceLifecycle

/// Owns tenants, their people, websites and keys. Every part is built here and passed by `init`; nothing is global, nothing is set later.
package struct AccountsService: Sendable {
    package static let migrations = Bundle.module.url(forResource: "Migrations", withExtension: nil)
    package static let keys: [SettingKey] = ServiceBackbone.keys(.accounts) + AccountsConfiguration.keys

    private let backbone: ServiceBackbone

    /// - Throws: ``SigningKeys/Trouble`` if the key file cannot be used.
    package init(
        configuration: AccountsConfiguration, backbone: ServiceBackbone, now: @escaping @Sendable () -> Date = { Date() }
    ) async throws {
        self.backbone = backbone
        let handlers = AccountsHandlers(
            database: backbone.database, publisher: backbone.publisher,
            hasher: try PasswordHasher(parameters: configuration.passwordParameters),
            keys: try await SigningKeys(file: configuration.signingKeyFile), addressAttempts: configuration.addressAttempts, now: now)
        handlers.register(on: backbone.requests)
    }

    /// Run together; stop last to first.
    package var parts: [any Service] { backbone.parts }
}

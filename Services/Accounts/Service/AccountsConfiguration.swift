import Contracts
import ServiceKit
import Storage

/// What the process needs to be told.
package struct AccountsConfiguration: Sendable {
    package static let databaseURLKey = SettingKey(
        "accounts.database.url", "PostgreSQL, signed in as switchboard_accounts.", isSecret: true)
    package static let databasePoolKey = SettingKey(
        "accounts.database.pool", "Connections to PostgreSQL.", standard: "4")
    package static let signingKeyFileKey = SettingKey(
        "accounts.token.signing.key.file",
        "PEM file with Ed25519 keys in PKCS#8 form; the first signs, all verify. Kept by whoever runs the installation.")
    package static let busEventsKey = SettingKey("accounts.bus.events", "Where events are published, like tcp://127.0.0.1:20001.")
    package static let busRequestsKey = SettingKey("accounts.bus.requests", "Where requests are answered, like tcp://127.0.0.1:20002.")

    package static let keys = [databaseURLKey, databasePoolKey, signingKeyFileKey, busEventsKey, busRequestsKey]

    package var database: DatabaseConfiguration
    package var signingKeyFile: String
    /// How new passwords are hashed; older hashes are replaced at the next sign-in.
    package var passwordParameters = PasswordHash.Parameters.standard

    package init(database: DatabaseConfiguration, signingKeyFile: String) {
        self.database = database
        self.signingKeyFile = signingKeyFile
    }

    package init(_ settings: Settings) throws(SettingError) {
        database = DatabaseConfiguration(
            url: try settings.text(Self.databaseURLKey), poolSize: try settings.integer(Self.databasePoolKey, in: 1...64))
        database.applicationName = "accounts"
        signingKeyFile = try settings.text(Self.signingKeyFileKey)
    }
}

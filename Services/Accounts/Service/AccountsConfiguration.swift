import ServiceKit

/// What accounts needs to be told besides what every service is told.
package struct AccountsConfiguration: Sendable {
    package static let signingKeyFileKey = SettingKey(
        "accounts.token.signing.key.file",
        "PEM file with Ed25519 keys in PKCS#8 form, the same for every replica. The first signs, all verify.")

    package static let keys = [signingKeyFileKey]

    package var signingKeyFile: String
    /// How new passwords are hashed; an older hash is replaced when its owner signs in.
    package var passwordParameters = PasswordHash.Parameters.standard

    package init(signingKeyFile: String) {
        self.signingKeyFile = signingKeyFile
    }

    package init(_ settings: Settings) throws(SettingError) {
        signingKeyFile = try settings.text(Self.signingKeyFileKey)
    }
}

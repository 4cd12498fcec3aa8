import Contracts
import ServiceKit

/// What accounts needs to be told besides what every service is told.
package struct AccountsConfiguration: Sendable {
    package static let signingKeyFileKey = SettingKey(
        "accounts.token.signing.key.file",
        "PEM file with Ed25519 keys in PKCS#8 form, the same for every replica. The first signs, all verify.",
        secretFile: SuiteSecret.tokenSigningKey.file)

    package static let addressBurstKey = SettingKey(
        "accounts.signin.address.burst", "Failed sign-ins that one address (of IPv6 its /64) may have at once.",
        standard: "\(AttemptLimit.address.burst)")
    package static let addressRateKey = SettingKey("accounts.signin.address.rate", "The same, per minute.", standard: "10")

    package static let keys = [signingKeyFileKey, addressBurstKey, addressRateKey]

    package var signingKeyFile: String
    /// Failures to sign in of one address.
    package var addressAttempts = AttemptLimit.address
    /// How new passwords are hashed; an older hash is replaced when its owner signs in.
    package var passwordParameters = PasswordHash.Parameters.standard

    package init(signingKeyFile: String) {
        self.signingKeyFile = signingKeyFile
    }

    package init(_ settings: Settings) throws(SettingError) {
        signingKeyFile = try settings.text(Self.signingKeyFileKey)
        addressAttempts = AttemptLimit(
            burst: try settings.integer(Self.addressBurstKey, in: 1...1_000_000),
            secondsPerAttempt: 60 / Double(try settings.integer(Self.addressRateKey, in: 1...1_000_000)))
    }
}

/// A secret file that the installation makes once and gives to those services that name it.
package enum SuiteSecret: String, CaseIterable, Sendable {
    /// An Ed25519 key as PKCS#8 PEM (RFC 8410), which signs tokens.
    case tokenSigningKey = "token-signing-key.pem"
    /// The ring of keys under which companies' secrets are sealed.
    case sealingKeys = "sealing-keys"

    /// The file's name.
    package var file: String { rawValue }

    /// The setting that says where the file is, as a variable of the environment.
    package func variable(of service: SuiteService) -> String {
        switch self {
        case .tokenSigningKey: "\(service.prefix)_TOKEN_SIGNING_KEY_FILE"
        case .sealingKeys: "SEALING_KEYS_FILE"
        }
    }
}

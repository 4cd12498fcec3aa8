/// A new secret; the only time it is shown.
package struct IdentitySecret: Codable, Sendable, Equatable {
    package let secret: String

    package init(secret: String) {
        self.secret = secret
    }

    private enum CodingKeys: String, CodingKey {
        case secret
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(secret, forKey: .secret)
    }
}

extension IdentitySecret: Described {
    package static let meaning = Meaning(
        "IdentitySecret", .answer, "What the website signs identities with.",
        fields: [
            Field("secret", "Shown this once.")
        ])
}

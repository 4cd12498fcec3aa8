/// Public keys as a JWK set (RFC 7517), to verify tokens with.
package struct SigningKeySet: Codable, Sendable, Equatable {
    package let keys: [JSONValue]
    /// The installation's id: `iss` of every token that these keys sign. nil from an older service.
    package let issuer: String?

    package init(keys: [JSONValue], issuer: String? = nil) {
        self.keys = keys
        self.issuer = issuer
    }

    private enum CodingKeys: String, CodingKey {
        case keys, issuer
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(keys, forKey: .keys)
        try container.encodeIfPresent(issuer, forKey: .issuer)
    }
}

extension SigningKeySet: Described {
    package static let meaning = Meaning(
        "SigningKeys", .answer, "A JWK set (RFC 7517).",
        fields: [
            Field("keys", "Public keys, as JWKs.", .each(.object)),
            Field("issuer", "The installation's id: `iss` of every token that these keys sign; absent from an older version."),
        ])
}

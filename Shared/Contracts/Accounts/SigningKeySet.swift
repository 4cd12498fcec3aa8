/// Public keys as a JWK set (RFC 7517), to verify tokens with.
package struct SigningKeySet: Codable, Sendable, Equatable {
    package let keys: [JSONValue]

    package init(keys: [JSONValue]) {
        self.keys = keys
    }

    private enum CodingKeys: String, CodingKey {
        case keys
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(keys, forKey: .keys)
    }
}

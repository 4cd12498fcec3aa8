/// Why one change of several was refused; the same code and details as if it had been asked alone.
package struct TeamChangeRefusal: Codable, Sendable, Equatable {
    package let code: String
    package let details: [String: JSONValue]

    package init(code: String, details: [String: JSONValue]) {
        self.code = code
        self.details = details
    }

    private enum CodingKeys: String, CodingKey {
        case code, details
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(code, forKey: .code)
        try container.encode(details, forKey: .details)
    }
}

import Foundation

/// How everything is written on the wire: snake_case keys (by each type's `CodingKeys`), RFC 3339 times in UTC, no escaped slashes.
package enum JSON {
    package static func encode(_ value: some Encodable) throws -> [UInt8] {
        if let value = value as? any DirectlyWritten {
            var text = JSONText()
            value.write(to: &text)
            return text.bytes
        }
        return Array(try encoder.encode(value))
    }

    /// Set up once: each call has a state of its own.
    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(Timestamp.text(date))
        }
        return encoder
    }()

    /// What our own services, files and database wrote. What strangers send is read by ``JSONLimits/outside``.
    /// - Throws: `DecodingError`.
    package static func decode<Value: Decodable>(_ type: Value.Type, from bytes: some Collection<UInt8>) throws -> Value {
        let document: JSONDocument
        do {
            document = try JSONDocument(Array(bytes), within: .inside)
        } catch {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: [], debugDescription: error.place.isEmpty ? error.detail : "\(error.place) \(error.detail)",
                    underlyingError: error))
        }
        return try document.decode(type)
    }

    /// What a stranger sent.
    /// - Parameter refusesUnknown: members that `type` does not read are a problem.
    /// - Throws: ``JSONProblem``, or `DecodingError`.
    package static func decode<Value: Decodable>(
        _ type: Value.Type, fromStranger bytes: [UInt8], refusesUnknown: Bool
    ) throws -> Value {
        try JSONDocument(bytes, within: .outside).decode(type, refusesUnknown: refusesUnknown)
    }
}

/// Any JSON value: metadata that we carry and do not read.
package enum JSONValue: Hashable, Sendable, Codable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// From ``JSON`` alone: it knows of which type a value is, where others would have to try them one after the other.
    package init(from decoder: any Decoder) throws {
        guard let decoder = decoder as? JSONReading.ValueDecoder else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "is read by JSON.decode alone"))
        }
        self = try decoder.value()
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    package var string: String? { if case .string(let value) = self { value } else { nil } }
    package var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    package subscript(key: String) -> JSONValue? { if case .object(let members) = self { members[key] } else { nil } }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(nilLiteral: ()) { self = .null }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(Dictionary(elements) { _, last in last }) }
}

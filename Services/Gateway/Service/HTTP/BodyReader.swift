import Contracts
import Foundation
import NIOCore

/// Reads JSON bodies; what cannot be read is answered with the field's name.
enum BodyReader {
    static func decode<Value: Decodable>(_ type: Value.Type, from body: ByteBuffer) throws -> Value {
        guard body.readableBytes > 0 else { throw Problem(.badRequest, "body-missing", field: "body", detail: "is missing") }
        return try body.withUnsafeReadableBytes { bytes in
            try decode(type, from: bytes)
        }
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: UnsafeRawBufferPointer) throws -> Value {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw Problem(.badRequest, "not-utf-8", field: firstBadField(Array(bytes)) ?? "body", detail: "is not UTF-8")
        }
        do {
            return try JSON.decode(type, from: bytes)
        } catch let error as DecodingError {
            throw problem(error)
        }
    }

    static func problem(_ error: DecodingError) -> Problem {
        func path(_ keys: [any CodingKey]) -> String {
            var path = ""
            for key in keys {
                if let index = key.intValue {
                    path += "[\(index)]"
                } else {
                    path += path.isEmpty ? key.stringValue : "." + key.stringValue
                }
            }
            return path.isEmpty ? "body" : path
        }
        return switch error {
        case .keyNotFound(let key, let context): .body(path(context.codingPath + [key]), "is missing")
        case .valueNotFound(_, let context): .body(path(context.codingPath), "must not be null")
        case .typeMismatch(let type, let context): .body(path(context.codingPath), "is not \(name(type))")
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            Problem(.badRequest, "malformed-json", field: "body", detail: "is not JSON")
        case .dataCorrupted(let context): .body(path(context.codingPath), sentence(context.debugDescription))
        @unknown default: Problem(.badRequest, "malformed-json", field: "body", detail: "cannot be read")
        }
    }

    private static func name(_ type: any Any.Type) -> String {
        switch type {
        case is String.Type: "text"
        case is Bool.Type: "true or false"
        case is Int.Type, is Int64.Type: "a whole number"
        case is Double.Type: "a number"
        case is any ExpressibleByDictionaryLiteral.Type: "an object"
        case is any ExpressibleByArrayLiteral.Type: "a list"
        default: "of the right type"
        }
    }

    /// Ours begin with a verb in lower case; Foundation's name Swift's types, which clients need not know.
    private static func sentence(_ description: String) -> String {
        description.hasPrefix("is ") ? description : "has a value that cannot be taken"
    }

    /// The top-level member in which the first bytes stand that are not UTF-8.
    private static func firstBadField(_ bytes: [UInt8]) -> String? {
        guard let members = JSONMembers(bytes) else { return nil }
        return members.ranges.filter { String(validating: bytes[$0.value], as: UTF8.self) == nil }.min {
            $0.value.lowerBound < $1.value.lowerBound
        }?.key
    }
}

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
            if error.hasNoPlace, let name = unfitNumber(type, Array(bytes)) {
                throw Problem.body(name, "is or holds a number that cannot be taken: too large, not finite, or with a fraction")
            }
            throw problem(error)
        }
    }

    static func problem(_ error: DecodingError) -> Problem {
        switch error {
        case .keyNotFound(let key, let context): .body(path(context.codingPath + [key]), "is missing")
        case .valueNotFound(_, let context): .body(path(context.codingPath), "must not be null")
        case .typeMismatch(let type, let context): .body(path(context.codingPath), "is not \(name(type))")
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            Problem(.badRequest, "malformed-json", field: "body", detail: "is not JSON")
        case .dataCorrupted(let context): .body(path(context.codingPath), sentence(context.debugDescription))
        @unknown default: Problem(.badRequest, "malformed-json", field: "body", detail: "cannot be read")
        }
    }

    /// The member's name as clients write it: `hours.monday[1].opens`.
    private static func path(_ keys: [any CodingKey]) -> String {
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

    /// Fractions of one body that are tried as the cause. Beyond them the answer names the body.
    private static let numbersTriedMax = 100

    /// Where the number stands that the type cannot take; Foundation says of it only that something is corrupted, with no place.
    /// Of a list with a number that nothing can hold it is the list.
    /// - Returns: nil if something else is wrong.
    private static func unfitNumber<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) -> String? {
        let document: JSONValue
        do {
            document = try JSON.decode(JSONValue.self, from: withoutWords(bytes))
        } catch DecodingError.typeMismatch(_, let context) {
            return path(context.codingPath)
        } catch {
            return nil
        }
        return document.fractions.prefix(numbersTriedMax).first { number in
            do {
                _ = try JSON.decode(type, from: JSON.encode(document.with(onlyFractionAt: number.place)))
                return false
            } catch let error as DecodingError {
                return error.hasNoPlace
            } catch {
                return false
            }
        }.map { path($0.place) }
    }

    /// `NaN` and `Infinity`, which some languages write as if they were JSON, as a number that nothing can hold.
    private static func withoutWords(_ bytes: [UInt8]) -> [UInt8] {
        var text = bytes
        var isInside = false
        var index = 0
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\\") where isInside: index += 1
            case UInt8(ascii: "\""): isInside.toggle()
            default:
                if !isInside, let word = ["NaN", "Infinity"].first(where: { text[index...].starts(with: $0.utf8) }) {
                    text.replaceSubrange(index..<(index + word.utf8.count), with: Array("1e999".utf8))
                }
            }
            index += 1
        }
        return text
    }

    /// The top-level member in which the first bytes stand that are not UTF-8.
    private static func firstBadField(_ bytes: [UInt8]) -> String? {
        guard let members = JSONMembers(bytes) else { return nil }
        return members.ranges.filter { String(validating: bytes[$0.value], as: UTF8.self) == nil }.min {
            $0.value.lowerBound < $1.value.lowerBound
        }?.key
    }
}

extension DecodingError {
    fileprivate var hasNoPlace: Bool {
        if case .dataCorrupted(let context) = self { context.codingPath.isEmpty } else { false }
    }
}

/// A step into a document.
private struct Step: CodingKey, Equatable {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = String(intValue)
        self.intValue = intValue
    }
}

extension JSONValue {
    /// Numbers that are no whole ones of 64 bits, in the order of their names.
    fileprivate var fractions: [(place: [Step], number: Double)] {
        func inside(_ step: Step, _ value: JSONValue) -> [(place: [Step], number: Double)] {
            value.fractions.map { ([step] + $0.place, $0.number) }
        }
        return switch self {
        case .number(let number): [([], number)]
        case .object(let members): members.sorted { $0.key < $1.key }.flatMap { inside(Step(stringValue: $0.key), $0.value) }
        case .array(let elements): elements.enumerated().flatMap { inside(Step(intValue: $0.offset), $0.element) }
        default: []
        }
    }

    /// Every other of them is 0.
    fileprivate func with(onlyFractionAt place: [Step]?) -> JSONValue {
        func rest(_ step: Step) -> [Step]? { place?.first == step ? Array(place!.dropFirst()) : nil }
        return switch self {
        case .number: place?.isEmpty == true ? self : .integer(0)
        case .object(let members):
            .object(Dictionary(uniqueKeysWithValues: members.map { ($0, $1.with(onlyFractionAt: rest(Step(stringValue: $0)))) }))
        case .array(let elements):
            .array(elements.enumerated().map { $1.with(onlyFractionAt: rest(Step(intValue: $0))) })
        default: self
        }
    }
}

import Contracts
import Foundation

/// What a type is in JSON, read from the type itself: it is asked to read a value that agrees to everything and remembers what was asked of it.
indirect enum Shape {
    struct Member {
        let name: String
        let type: any Decodable.Type
        /// It may be left out, or null.
        let isOptional: Bool
    }

    /// A word, where there are some; otherwise any text.
    case text(words: [String]?, format: String?)
    case integer
    case number
    case boolean
    case anything
    case list(any Decodable.Type)
    case map(any Decodable.Type)
    case object([Member])
    case optional(any Decodable.Type)

    /// - Throws: what the type throws at a value that it does not take; ``Field``'s examples help it.
    init(of type: any Decodable.Type) throws {
        switch type {
        case is String.Type: self = .text(words: nil, format: nil)
        case is Int.Type, is Int64.Type, is UInt64.Type: self = .integer
        case is Double.Type: self = .number
        case is Bool.Type: self = .boolean
        case is Date.Type: self = .text(words: nil, format: "date-time")
        case is JSONValue.Type: self = .anything
        case let type as any OptionalShape.Type: self = .optional(type.wrapped)
        case let type as any ListShape.Type: self = .list(type.element)
        case let type as any MapShape.Type: self = .map(type.value)
        case is any IdentifierShape.Type: self = .text(words: nil, format: "uuid")
        case let type as any (CaseIterable & RawRepresentable).Type:
            guard let words = Self.words(type) else { throw ShapeProblem(type: "\(type)", text: "is a set of something else than words") }
            self = .text(words: words, format: nil)
        default:
            let recorder = ShapeRecorder(for: type)
            _ = try type.init(from: recorder)
            self = recorder.record.single.map { _ in .text(words: nil, format: nil) } ?? .object(recorder.record.members)
        }
    }

    private static func words<Word: CaseIterable & RawRepresentable>(_: Word.Type) -> [String]? {
        let words = Word.allCases.compactMap { $0.rawValue as? String }
        return words.isEmpty ? nil : words
    }
}

struct ShapeProblem: Error, CustomStringConvertible {
    let type: String
    let text: String

    var description: String { "\(type) \(text)" }
}

private protocol OptionalShape: Decodable {
    static var wrapped: any Decodable.Type { get }
    static var none: Self { get }
}
extension Optional: OptionalShape where Wrapped: Decodable {
    static var wrapped: any Decodable.Type { Wrapped.self }
}

private protocol ListShape: Decodable {
    static var element: any Decodable.Type { get }
    init()
}
extension Array: ListShape where Element: Decodable {
    static var element: any Decodable.Type { Element.self }
}

private protocol MapShape: Decodable {
    static var value: any Decodable.Type { get }
    init()
}
extension Dictionary: MapShape where Key == String, Value: Decodable {
    static var value: any Decodable.Type { Value.self }
}

private protocol IdentifierShape: Decodable {
    init(_ uuid: UUID)
}
extension Identifier: IdentifierShape {}

/// Agrees to everything that a type asks for, and remembers it. What may be absent is.
final class ShapeRecorder: Decoder {
    final class Record {
        var members: [Shape.Member] = []
        /// The type that stands for the whole.
        var single: (any Decodable.Type)?
    }

    let record = Record()
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]
    /// Texts that the type takes, by member.
    fileprivate let examples: [String: JSONValue]

    init(for type: any Decodable.Type) {
        let fields = (type as? any Described.Type)?.meaning.fields ?? []
        examples = fields.reduce(into: [:]) { examples, field in
            for limit in field.limits {
                if case .array(let values)? = limit.members["examples"] ?? limit.members["enum"], limit.place == .value {
                    examples[field.name] = values.first
                }
            }
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Keyed<Key>(recorder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw ShapeProblem(type: "a type", text: "reads a list by hand")
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { Single(recorder: self) }

    static func sample<Value: Decodable>(_ type: Value.Type, text: String? = nil) throws -> Value {
        let sample: any Decodable =
            switch type {
            case is String.Type: text ?? "text"
            case is Int.Type: 1
            case is Int64.Type: Int64(1)
            case is UInt64.Type: UInt64(1)
            case is Double.Type: 1.0
            case is Bool.Type: true
            case is Date.Type: Date(timeIntervalSince1970: 0)
            case is JSONValue.Type: JSONValue.object([:])
            case let type as any OptionalShape.Type: type.none
            case let type as any ListShape.Type: type.init()
            case let type as any MapShape.Type: type.init()
            case let type as any IdentifierShape.Type: type.init(UUID(bytes: Array(repeating: 7, count: 16)))
            case let type as any (CaseIterable & Decodable).Type: try first(type)
            default: try type.init(from: ShapeRecorder(for: type))
            }
        guard let value = sample as? Value else { throw ShapeProblem(type: "\(type)", text: "has no sample") }
        return value
    }

    private static func first<Word: CaseIterable & Decodable>(_: Word.Type) throws -> any Decodable {
        guard let word = Word.allCases.first else { throw ShapeProblem(type: "\(Word.self)", text: "has no word") }
        return word
    }

    private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let recorder: ShapeRecorder
        let codingPath: [any CodingKey] = []
        let allKeys: [Key] = []

        private func note(_ type: any Decodable.Type, _ key: Key, isOptional: Bool) {
            let members = recorder.record.members
            if let index = members.firstIndex(where: { $0.name == key.stringValue }) {
                // What reads a member twice needs it if one of both does.
                if members[index].isOptional, !isOptional {
                    recorder.record.members[index] = Shape.Member(name: key.stringValue, type: type, isOptional: false)
                }
                return
            }
            recorder.record.members.append(Shape.Member(name: key.stringValue, type: type, isOptional: isOptional))
        }

        /// So that types which ask before they read do read; what they then get is nothing.
        func contains(_ key: Key) -> Bool { true }

        func decodeNil(forKey key: Key) throws -> Bool { false }

        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            note(type, key, isOptional: type is any OptionalShape.Type)
            return try ShapeRecorder.sample(type, text: recorder.examples[key.stringValue]?.string)
        }

        private func absent<Value: Decodable>(_ type: Value.Type, _ key: Key) -> Value? {
            note(type, key, isOptional: true)
            return nil
        }

        func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? { absent(type, key) }
        func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { absent(type, key) }
        func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { absent(type, key) }
        func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { absent(type, key) }
        func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { absent(type, key) }
        func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { absent(type, key) }
        func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? { absent(type, key) }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> { throw ShapeProblem(type: key.stringValue, text: "is read by hand") }
        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            throw ShapeProblem(type: key.stringValue, text: "is read by hand")
        }
        func superDecoder() throws -> any Decoder { throw ShapeProblem(type: "a type", text: "inherits") }
        func superDecoder(forKey key: Key) throws -> any Decoder { throw ShapeProblem(type: "a type", text: "inherits") }
    }

    private struct Single: SingleValueDecodingContainer {
        let recorder: ShapeRecorder
        let codingPath: [any CodingKey] = []

        func decodeNil() -> Bool { false }

        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            recorder.record.single = type
            return try ShapeRecorder.sample(type)
        }
    }
}

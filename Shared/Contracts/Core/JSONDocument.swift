import Foundation

/// A JSON text whose form was checked once, byte by byte: every value's kind, place and extent, in the order of the text. Time and memory
/// are linear in its length, and nothing recurs. What decodes it looks values up instead of trying types.
package struct JSONDocument: Sendable {
    enum Kind: UInt8 {
        case null, no, yes
        /// Digits alone, with or without a sign.
        case integer
        /// With a fraction or an exponent.
        case number
        case text
        /// With escapes.
        case escapedText
        case array, object
    }

    /// A value, or a member's name: names stand before their values.
    struct Node {
        var kind: Kind
        var isName = false
        /// Of the text between the quotes, of a number's characters.
        var start: UInt32
        var end: UInt32
        /// Behind this value and all that is inside.
        var next: UInt32
        /// The array or object that it is in; -1: none.
        var parent: Int32
        /// Its number in there.
        var ordinal: UInt32
        /// Elements or members.
        var count: UInt32 = 0
    }

    let bytes: [UInt8]
    let nodes: [Node]

    /// - Throws: the first problem, with its place.
    package init(_ bytes: [UInt8], within limits: JSONLimits) throws(JSONProblem) {
        self.bytes = bytes
        guard bytes.count < Int32.max else { throw JSONProblem(reason: .notJSON, place: "", detail: "is not JSON") }
        nodes = try JSONScanner.nodes(of: bytes, within: limits)
    }

    init(bytes: [UInt8], nodes: [Node]) {
        self.bytes = bytes
        self.nodes = nodes
    }

    static let root = 0

    /// - Throws: `DecodingError`, or ``JSONProblem`` for a member that `type` does not read.
    func decode<Value: Decodable>(_ type: Value.Type, refusesUnknown: Bool = false) throws -> Value {
        let reading = JSONReading(self, notesReading: refusesUnknown)
        let value = try reading.read(type, at: Self.root)
        if let problem = reading.unread { throw problem }
        return value
    }

    // Places

    struct Step: CodingKey {
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

    func path(of node: Int) -> [any CodingKey] {
        var steps: [any CodingKey] = []
        var node = node
        while nodes[node].parent >= 0 {
            let parent = Int(nodes[node].parent)
            if nodes[parent].kind == .array {
                steps.append(Step(intValue: Int(nodes[node].ordinal)))
            } else {
                steps.append(Step(stringValue: text(nodes[node].isName ? node : node - 1)))
            }
            node = parent
        }
        return steps.reversed()
    }

    // Values

    /// - Precondition: `node` is a text.
    func text(_ node: Int) -> String {
        let (start, end) = (Int(nodes[node].start), Int(nodes[node].end))
        guard nodes[node].kind == .escapedText else { return String(decoding: bytes[start..<end], as: UTF8.self) }
        return bytes.withUnsafeBufferPointer { Self.unescaped(UnsafeBufferPointer(rebasing: $0[start..<end])) }
    }

    /// Of escapes that mean nothing, which a checked text has not, something is left.
    private static func unescaped(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        String(unsafeUninitializedCapacity: bytes.count) { text in
            var (index, count) = (0, 0)
            func append(_ byte: UInt8) {
                text[count] = byte
                count += 1
            }
            while index < bytes.count {
                guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count else {
                    append(bytes[index])
                    index += 1
                    continue
                }
                switch bytes[index + 1] {
                case UInt8(ascii: "u"):
                    var scalar = UInt32(JSONScanner.hexadecimal(bytes, at: index + 2) ?? 0)
                    index += 4
                    if (0xD800..<0xDC00).contains(scalar), let low = JSONScanner.hexadecimal(bytes, at: index + 4),
                        (0xDC00..<0xE000).contains(low)
                    {
                        scalar = 0x10000 + (scalar - 0xD800) << 10 + (UInt32(low) - 0xDC00)
                        index += 6
                    }
                    // No longer than its escape.
                    for byte in UTF8.encode(Unicode.Scalar(scalar) ?? "\u{FFFD}") ?? UTF8.encodedReplacementCharacter { append(byte) }
                case UInt8(ascii: "b"): append(8)
                case UInt8(ascii: "f"): append(12)
                case UInt8(ascii: "n"): append(10)
                case UInt8(ascii: "r"): append(13)
                case UInt8(ascii: "t"): append(9)
                case let plain: append(plain)
                }
                index += 2
            }
            return count
        }
    }

    private func characters(_ node: Int) -> String {
        String(decoding: bytes[Int(nodes[node].start)..<Int(nodes[node].end)], as: UTF8.self)
    }

    /// - Returns: nil if the number is none of this type.
    /// - Precondition: `node` is a number.
    func whole<Integer: FixedWidthInteger>(_ node: Int, as type: Integer.Type = Integer.self) -> Integer? {
        if nodes[node].kind == .integer { return Integer(characters(node)) }
        return Double(characters(node)).flatMap(Integer.init(exactly:))
    }

    /// - Returns: nil if it is too large.
    /// - Precondition: `node` is a number.
    func double(_ node: Int) -> Double? {
        guard let number = Double(characters(node)), number.isFinite else { return nil }
        return number
    }

    /// - Throws: `DecodingError` if a number is too large.
    func value(_ node: Int) throws -> JSONValue {
        switch nodes[node].kind {
        case .null: return .null
        case .no: return .bool(false)
        case .yes: return .bool(true)
        case .integer, .number:
            if let integer = whole(node, as: Int64.self) { return .integer(integer) }
            guard let number = double(node) else { throw badNumber(node) }
            return .number(number)
        case .text, .escapedText: return .string(text(node))
        case .array:
            var elements: [JSONValue] = []
            elements.reserveCapacity(Int(nodes[node].count))
            var index = node + 1
            while index < nodes[node].next {
                elements.append(try value(index))
                index = Int(nodes[index].next)
            }
            return .array(elements)
        case .object: return .object(try members(node))
        }
    }

    /// Of a name that stands twice the first counts, as it does for Foundation.
    /// - Precondition: `node` is an object.
    func members(_ node: Int) throws -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        if nodes[node].count > 0 { members.reserveCapacity(Int(nodes[node].count)) }
        var index = node + 1
        while index < nodes[node].next {
            let name = text(index)
            if members.index(forKey: name) == nil { members[name] = try value(index + 1) }
            index = Int(nodes[index + 1].next)
        }
        return members
    }

    func badNumber(_ node: Int) -> DecodingError {
        .dataCorrupted(.init(codingPath: path(of: node), debugDescription: Self.badNumber))
    }

    static let badNumber = "is or holds a number that cannot be taken: too large, not finite, or with a fraction"
}

extension JSONValue {
    /// - Throws: ``JSONProblem``, or `DecodingError` for numbers that are too large.
    package init(_ document: JSONDocument) throws {
        self = try document.value(JSONDocument.root)
    }
}

/// Parses the JSON that our own services write: UTF-8, no number but whole ones, no name twice, no pairs of `\u` escapes. Whatever else
/// there is in JSON, and whatever is not JSON, is nil: the general decoder decides about that.
struct PlainJSON {
    /// Objects and arrays inside each other. Ours have four; deeper ones go to the general decoder, which has a limit of its own.
    private static let depthMax = 16
    /// Digits that fit in 64 bits whatever they are.
    private static let digitsMax = 18

    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> JSONValue? {
        var parser = PlainJSON(bytes)
        guard let value = parser.value(depth: 0) else { return nil }
        parser.skipSpace()
        // No `?: nil` here and below: beside a `JSONValue`, `nil` would be JSON's null.
        guard parser.index == bytes.count else { return nil }
        return value
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { index += 1 }
    }

    private mutating func takes(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        index += 1
        return true
    }

    private mutating func takes(_ word: StaticString) -> Bool {
        let end = index + word.utf8CodeUnitCount
        guard end <= bytes.count, bytes[index..<end].elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: end - index)) else {
            return false
        }
        index = end
        return true
    }

    private mutating func value(depth: Int) -> JSONValue? {
        skipSpace()
        switch next {
        case UInt8(ascii: "\""): return text().map(JSONValue.string)
        case UInt8(ascii: "{"): return object(depth: depth)
        case UInt8(ascii: "["): return array(depth: depth)
        case UInt8(ascii: "n"): return word("null", .null)
        case UInt8(ascii: "t"): return word("true", .bool(true))
        case UInt8(ascii: "f"): return word("false", .bool(false))
        default: return integer()
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) -> JSONValue? {
        guard takes(word) else { return nil }
        return value
    }

    private mutating func object(depth: Int) -> JSONValue? {
        guard depth < Self.depthMax else { return nil }
        index += 1
        var members: [String: JSONValue] = [:]
        skipSpace()
        if takes(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\""), let name = text() else { return nil }
            skipSpace()
            guard takes(UInt8(ascii: ":")), let value = value(depth: depth + 1), members.updateValue(value, forKey: name) == nil else {
                return nil
            }
            skipSpace()
        } while takes(UInt8(ascii: ","))
        guard takes(UInt8(ascii: "}")) else { return nil }
        return .object(members)
    }

    private mutating func array(depth: Int) -> JSONValue? {
        guard depth < Self.depthMax else { return nil }
        index += 1
        var elements: [JSONValue] = []
        skipSpace()
        if takes(UInt8(ascii: "]")) { return .array(elements) }
        repeat {
            guard let element = value(depth: depth + 1) else { return nil }
            elements.append(element)
            skipSpace()
        } while takes(UInt8(ascii: ","))
        guard takes(UInt8(ascii: "]")) else { return nil }
        return .array(elements)
    }

    private mutating func integer() -> JSONValue? {
        let isNegative = takes(UInt8(ascii: "-"))
        let start = index
        var number: Int64 = 0
        while let byte = next, (48...57).contains(byte), index - start < Self.digitsMax {
            number = number * 10 + Int64(byte - 48)
            index += 1
        }
        // Neither "01" nor "-0", which say something else or nothing.
        guard index > start, bytes[start] != 48 || (index == start + 1 && !isNegative) else { return nil }
        switch next {
        case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"), .some(48...57): return nil
        default: return .integer(isNegative ? -number : number)
        }
    }

    private mutating func text() -> String? {
        index += 1
        let start = index
        while let byte = next, byte >= 0x20, byte != UInt8(ascii: "\\") {
            if byte == UInt8(ascii: "\"") {
                defer { index += 1 }
                return String(validating: bytes[start..<index], as: UTF8.self)
            }
            index += 1
        }
        var characters = Array(bytes[start..<index])
        while let byte = next, byte >= 0x20 {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: characters, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = escaped() else { return nil }
                characters.append(escaped)
            default: characters.append(byte)
            }
        }
        return nil
    }

    /// Behind a backslash. Our own writer escapes quotes, backslashes and control characters, and nothing else.
    private mutating func escaped() -> UInt8? {
        guard let byte = next else { return nil }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return byte
        case UInt8(ascii: "n"): return 0x0a
        case UInt8(ascii: "r"): return 0x0d
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "u"):
            guard takes("00"), index + 2 <= bytes.count, let high = Hexadecimal.value(bytes[index]),
                let low = Hexadecimal.value(bytes[index + 1]), high < 8
            else { return nil }
            index += 2
            return high << 4 | low
        default: return nil
        }
    }
}

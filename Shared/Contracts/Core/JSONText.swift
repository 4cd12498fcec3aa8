import Foundation

/// JSON being written, byte by byte. For what lies on every message's way: general encoding costs twenty times as much.
package struct JSONText {
    package private(set) var bytes: [UInt8] = []

    package init(capacity: Int = 512) { bytes.reserveCapacity(capacity) }

    /// Text that is JSON already.
    package mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(Hexadecimal.digit(byte >> 4))
                bytes.append(Hexadecimal.digit(byte & 15))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func string(_ text: String?) {
        if let text { string(text) } else { raw("null") }
    }

    package mutating func integer(_ value: Int64) { bytes.append(contentsOf: String(value).utf8) }

    package mutating func integer(_ value: Int64?) {
        if let value { integer(value) } else { raw("null") }
    }

    package mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }

    package mutating func id<Thing>(_ id: Identifier<Thing>) {
        bytes.append(UInt8(ascii: "\""))
        id.uuid.appendText(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func id<Thing>(_ id: Identifier<Thing>?) {
        if let id { self.id(id) } else { raw("null") }
    }

    package mutating func date(_ date: Date?) {
        if let date { string(Timestamp.text(date)) } else { raw("null") }
    }

    /// Numbers that JSON cannot write (infinite, not a number) become null.
    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: raw("null")
        case .bool(let value): bool(value)
        case .integer(let value): integer(value)
        case .number(let value): if value.isFinite { bytes.append(contentsOf: value.description.utf8) } else { raw("null") }
        case .string(let value): string(value)
        case .array(let values): array(values)
        case .object(let members): object(members)
        }
    }

    package mutating func array(_ values: [JSONValue]) {
        raw("[")
        for (index, element) in values.enumerated() {
            if index > 0 { raw(",") }
            value(element)
        }
        raw("]")
    }

    package mutating func object(_ members: [String: JSONValue]) {
        raw("{")
        for (index, member) in members.enumerated() {
            if index > 0 { raw(",") }
            string(member.key)
            raw(":")
            value(member.value)
        }
        raw("}")
    }
}

/// Writes its own JSON: the same members and values that its `Codable` side reads.
package protocol DirectlyWritten {
    func write(to json: inout JSONText)
}

enum Hexadecimal {
    static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }

    /// - Returns: nil if `digit` is none.
    static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 48...57: digit - 48
        case 65...70: digit - 55
        case 97...102: digit - 87
        default: nil
        }
    }
}

extension UUID {
    /// Lower case, with hyphens.
    func appendText(to text: inout [UInt8]) {
        withUnsafeBytes(of: uuid) { bytes in
            for index in 0..<16 {
                if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
                text.append(Hexadecimal.digit(bytes[index] >> 4))
                text.append(Hexadecimal.digit(bytes[index] & 15))
            }
        }
    }

    /// - Returns: nil unless `text` is a UUID in its form of 36 characters, in whichever case.
    package init?(text: String) {
        var value: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        var text = text
        let isValid = text.withUTF8 { characters in
            guard characters.count == 36 else { return false }
            return withUnsafeMutableBytes(of: &value) { bytes in
                var position = 0
                for index in 0..<16 {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        guard characters[position] == UInt8(ascii: "-") else { return false }
                        position += 1
                    }
                    guard let high = Hexadecimal.value(characters[position]), let low = Hexadecimal.value(characters[position + 1])
                    else { return false }
                    bytes[index] = high << 4 | low
                    position += 2
                }
                return true
            }
        }
        guard isValid else { return nil }
        self.init(uuid: value)
    }
}

extension JSONValue: DirectlyWritten {
    package func write(to json: inout JSONText) { json.value(self) }
}

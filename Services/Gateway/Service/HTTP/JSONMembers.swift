/// The members of a JSON object by name, as ranges of its bytes: to pass a part on without decoding it. The document is assumed
/// to be JSON; for other bytes the answer is nil or some members, and it never reads outside them.
package struct JSONMembers: Equatable {
    package private(set) var ranges: [String: Range<Int>] = [:]

    package init?(_ bytes: [UInt8]) {
        guard let found = bytes.withUnsafeBufferPointer(Self.scan) else { return nil }
        ranges = found
    }

    private static func scan(_ bytes: UnsafeBufferPointer<UInt8>) -> [String: Range<Int>]? {
        let count = bytes.count
        func at(_ index: Int) -> UInt8 { bytes[index] }
        func skipSpace(_ index: inout Int) {
            while index < count, at(index) == 32 || at(index) == 9 || at(index) == 10 || at(index) == 13 { index += 1 }
        }
        /// From the opening quote to behind the closing one.
        func skipText(_ index: inout Int) -> Bool {
            index += 1
            while index < count {
                switch at(index) {
                case UInt8(ascii: "\\"): index += 2
                case UInt8(ascii: "\""):
                    index += 1
                    return true
                default: index += 1
                }
            }
            return false
        }
        func skipValue(_ index: inout Int) -> Bool {
            var depth = 0
            while index < count {
                switch at(index) {
                case UInt8(ascii: "\""):
                    guard skipText(&index) else { return false }
                    if depth == 0 { return true }
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    depth += 1
                    index += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    if depth == 0 { return true }
                    depth -= 1
                    index += 1
                    if depth == 0 { return true }
                case UInt8(ascii: ","):
                    if depth == 0 { return true }
                    index += 1
                default: index += 1
                }
            }
            return false
        }
        var ranges: [String: Range<Int>] = [:]
        var index = 0
        skipSpace(&index)
        guard index < count, at(index) == UInt8(ascii: "{") else { return nil }
        index += 1
        while true {
            skipSpace(&index)
            guard index < count else { return nil }
            if at(index) == UInt8(ascii: "}") { return ranges }
            guard at(index) == UInt8(ascii: "\"") else { return nil }
            let nameStart = index + 1
            guard skipText(&index), index <= count else { return nil }
            let name = String(decoding: bytes[nameStart..<(index - 1)], as: UTF8.self)
            skipSpace(&index)
            guard index < count, at(index) == UInt8(ascii: ":") else { return nil }
            index += 1
            skipSpace(&index)
            let valueStart = index
            guard skipValue(&index), index > valueStart else { return nil }
            var valueEnd = index
            while valueEnd > valueStart, at(valueEnd - 1) <= 32 { valueEnd -= 1 }
            ranges[name] = valueStart..<valueEnd
            skipSpace(&index)
            guard index < count else { return nil }
            if at(index) == UInt8(ascii: ",") { index += 1 }
        }
    }
}

/// Why a text may not be so.
package enum TextProblem: Error, Sendable, Equatable {
    /// Nothing stands there, or nothing that can be seen.
    case empty
    case tooManyBytes(Int, limit: Int)
    case tooManyScalars(Int, limit: Int)
    /// A character's number in Unicode.
    case forbidden(UInt32)

    /// Continues a sentence that begins with the field.
    package var detail: String {
        switch self {
        case .empty: "is empty, or nothing in it can be seen"
        case .tooManyBytes(let bytes, let limit): "has \(bytes) bytes; at most \(limit) are taken"
        case .tooManyScalars(let scalars, let limit): "has \(scalars) characters; at most \(limit) are taken"
        case .forbidden(0x0a), .forbidden(0x0d), .forbidden(0x2028), .forbidden(0x2029): "must be one line"
        case .forbidden(let number):
            "contains the control character U+\(String(repeating: "0", count: max(0, 4 - String(number, radix: 16).utf8.count)))\(String(number, radix: 16, uppercase: true)); leave it out"
        }
    }
}

extension StringProtocol {
    /// Whether a reader sees anything: white space, controls and characters of no width or without ink are nothing.
    package var showsSomething: Bool { unicodeScalars.contains(where: \.hasInk) }
}

extension Unicode.Scalar {
    fileprivate var hasInk: Bool {
        if isASCII { return value > 0x20 && value < 0x7f }
        // Fillers, joiners, marks of direction, variation selectors, tags: all that Unicode lets a reader ignore.
        guard !properties.isDefaultIgnorableCodePoint, !properties.isWhitespace else { return false }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator: return false
        default:
            // The braille cell without dots, a note without a head, the place of an object that is not there.
            return ![0x2800, 0x1d159, 0xfffc].contains(value)
        }
    }
}

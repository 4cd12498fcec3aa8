/// What a text from outside may be. All lengths of texts are held to here: in bytes of UTF-8, which is what they cost wherever they travel
/// and stand, and for what people read at a glance in Unicode scalars too, as JSON Schema's `maxLength` counts. Never in `Character`s: one
/// letter may carry any number of accents, so that a "character" has no size.
package struct TextRule: Sendable {
    /// Which control characters may stand in it; NUL never may, since PostgreSQL's text cannot hold it.
    package enum Layout: Sendable {
        /// One line: no control character at all, no line or paragraph separator.
        case line
        /// Line breaks and tabs, no other control character.
        case lines
        /// Whatever another program wrote.
        case foreign
    }

    package let bytesMax: Int
    /// Unicode scalars; nil: the bytes alone count.
    package let scalarsMax: Int?
    package let layout: Layout
    /// Whether it may be left empty. What is not empty must show something, unless another program wrote it.
    package let mayBeEmpty: Bool

    package init(bytesMax: Int, scalarsMax: Int? = nil, layout: Layout, mayBeEmpty: Bool = false) {
        self.bytesMax = bytesMax
        self.scalarsMax = scalarsMax
        self.layout = layout
        self.mayBeEmpty = mayBeEmpty
    }

    /// A scalar has at most four bytes: so whatever the script, the scalars decide.
    private init(scalarsMax: Int, layout: Layout, mayBeEmpty: Bool = false) {
        self.init(bytesMax: 4 * scalarsMax, scalarsMax: scalarsMax, layout: layout, mayBeEmpty: mayBeEmpty)
    }

    /// One message: 64 KiB. Source: contracts.md §9.
    package static let message = TextRule(bytesMax: 65_536, layout: .lines)
    /// Of people, teams, websites, keys: longer ones are mistakes.
    package static let name = TextRule(scalarsMax: 200, layout: .line)
    /// What is picked from a list or searched by: sectors, capabilities, targets, holidays.
    package static let label = TextRule(scalarsMax: 100, layout: .line)
    /// Subjects, customers' names and addresses, reasons: one line, which may be taken away.
    package static let line = TextRule(scalarsMax: 500, layout: .line, mayBeEmpty: true)
    /// A greeting, a note: some sentences.
    package static let note = TextRule(scalarsMax: 1_000, layout: .lines, mayBeEmpty: true)
    /// Of a team: 200 of them are a page of a list and fit one reply.
    package static let description = TextRule(scalarsMax: 2_000, layout: .lines, mayBeEmpty: true)
    /// A message as lists show it.
    package static let preview = TextRule(scalarsMax: 200, layout: .lines, mayBeEmpty: true)
    /// What a page says of itself, its address above all; browsers stop near there.
    package static let page = TextRule(bytesMax: 4_096, layout: .foreign, mayBeEmpty: true)

    /// - Returns: nil if the text may be so. Reads it once.
    package func problem(of text: String) -> TextProblem? {
        var text = text
        return text.withUTF8 { bytes in
            guard bytes.count <= bytesMax else { return .tooManyBytes(bytes.count, limit: bytesMax) }
            if let scalarsMax, bytes.count > scalarsMax {
                let scalars = bytes.count { $0 & 0xc0 != 0x80 }
                guard scalars <= scalarsMax else { return .tooManyScalars(scalars, limit: scalarsMax) }
            }
            if let found = forbidden(in: bytes) { return .forbidden(found) }
            return nil
        } ?? emptiness(of: text)
    }

    private func emptiness(of text: String) -> TextProblem? {
        if text.isEmpty { return mayBeEmpty ? nil : .empty }
        return layout == .foreign || text.showsSomething ? nil : .empty
    }

    private func forbidden(in bytes: UnsafeBufferPointer<UInt8>) -> UInt32? {
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case 0: return 0
            case 0x09, 0x0a, 0x0d: if layout == .line { return UInt32(byte) }
            case 0x01..<0x20, 0x7f: if layout != .foreign { return UInt32(byte) }
            // U+0080 to U+009F.
            case 0xc2: if layout != .foreign, bytes[index + 1] < 0xa0 { return UInt32(bytes[index + 1]) }
            // U+2028 and U+2029, which break lines.
            case 0xe2:
                if layout == .line, bytes[index + 1] == 0x80, bytes[index + 2] & 0xfe == 0xa8 {
                    return 0x2000 + UInt32(bytes[index + 2] - 0x80)
                }
            default: break
            }
        }
        return nil
    }

    /// The text's beginning that the rule's lengths allow. Ends between two letters, as long as the first of them fits.
    package func cut(_ text: String) -> String {
        var end = text.unicodeScalars.startIndex
        var (bytes, scalars) = (0, 0)
        while end < text.unicodeScalars.endIndex {
            bytes += UTF8.width(text.unicodeScalars[end])
            scalars += 1
            guard bytes <= bytesMax, scalars <= scalarsMax ?? .max else {
                // What was cut through goes whole, unless nothing would be left. Walked anew: an index remembers where a letter ended in the
                // text that it came from.
                var kept = text.startIndex
                while true {
                    let next = text.index(after: kept)
                    guard next <= end else { break }
                    kept = next
                }
                return String(text[..<(kept == text.startIndex ? end : kept)])
            }
            text.unicodeScalars.formIndex(after: &end)
        }
        return text
    }
}

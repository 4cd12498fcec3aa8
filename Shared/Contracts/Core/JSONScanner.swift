/// Checks a JSON text's form (RFC 8259) and finds its values. One pass; what is open is known by the nodes themselves.
struct JSONScanner {
    private typealias Node = JSONDocument.Node

    private enum Expected {
        case value, valueOrEnd, name, nameOrEnd, separatorOrEnd, nothing
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private let limits: JSONLimits
    private var index = 0
    private var nodes: [Node] = []
    /// The array or object that is open.
    private var parent = -1
    private var depth = 0
    private var values = 0
    /// The first value that has a place but cannot be taken. It counts only where the rest is JSON.
    private var unfit: (node: Int, reason: JSONProblem.Reason, detail: String)?

    static func nodes(of bytes: [UInt8], within limits: JSONLimits) throws(JSONProblem) -> [JSONDocument.Node] {
        let found = bytes.withUnsafeBufferPointer { buffer -> Result<[JSONDocument.Node], JSONProblem> in
            var scanner = JSONScanner(bytes: buffer, limits: limits)
            do throws(JSONProblem) {
                try scanner.scan()
                return .success(scanner.nodes)
            } catch {
                return .failure(error)
            }
        }
        return try found.get()
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
        nodes.reserveCapacity(min(limits.valuesMax, bytes.count / 8 + 1))
    }

    private mutating func scan() throws(JSONProblem) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
        var expected = Expected.value
        while true {
            skipSpace()
            guard index < bytes.count else { break }
            switch (expected, bytes[index]) {
            case (.valueOrEnd, UInt8(ascii: "]")), (.nameOrEnd, UInt8(ascii: "}")): expected = close()
            case (.separatorOrEnd, UInt8(ascii: "]")) where nodes[parent].kind == .array: expected = close()
            case (.separatorOrEnd, UInt8(ascii: "}")) where nodes[parent].kind == .object: expected = close()
            case (.separatorOrEnd, UInt8(ascii: ",")):
                index += 1
                expected = nodes[parent].kind == .array ? .value : .name
            case (.name, UInt8(ascii: "\"")), (.nameOrEnd, UInt8(ascii: "\"")):
                try name()
                expected = .value
            case (.value, let byte), (.valueOrEnd, let byte): expected = try value(byte)
            default: throw notJSON()
            }
        }
        guard expected == .nothing else { throw notJSON() }
        if let unfit { throw problem(unfit.reason, at: unfit.node, unfit.detail) }
    }

    private mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 32, 9, 10, 13: index += 1
            default: return
            }
        }
    }

    /// What may follow when a value has ended.
    private var following: Expected { parent < 0 ? .nothing : .separatorOrEnd }

    private mutating func close() -> Expected {
        index += 1
        depth -= 1
        nodes[parent].next = UInt32(nodes.count)
        parent = Int(nodes[parent].parent)
        return following
    }

    private mutating func append(_ kind: JSONDocument.Kind, isName: Bool = false, from start: Int, to end: Int) {
        var ordinal: UInt32 = 0
        if parent >= 0 {
            ordinal = nodes[parent].count
            if !isName { nodes[parent].count += 1 }
        }
        nodes.append(
            Node(
                kind: kind, isName: isName, start: UInt32(start), end: UInt32(end), next: UInt32(nodes.count + 1), parent: Int32(parent),
                ordinal: ordinal))
    }

    private mutating func value(_ byte: UInt8) throws(JSONProblem) -> Expected {
        values += 1
        guard values <= limits.valuesMax else {
            throw JSONProblem(reason: .tooManyValues, place: "", detail: "has more than \(limits.valuesMax) values")
        }
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            append(byte == UInt8(ascii: "{") ? .object : .array, from: index, to: index)
            guard depth < limits.depthMax else {
                throw problem(.tooDeep, at: nodes.count - 1, "is more than \(limits.depthMax) levels deep")
            }
            depth += 1
            parent = nodes.count - 1
            index += 1
            return byte == UInt8(ascii: "{") ? .nameOrEnd : .valueOrEnd
        case UInt8(ascii: "\""): try text(isName: false)
        default: try word()
        }
        return following
    }

    private mutating func name() throws(JSONProblem) {
        try text(isName: true)
        skipSpace()
        guard index < bytes.count, bytes[index] == UInt8(ascii: ":") else { throw notJSON() }
        index += 1
    }

    /// From the opening quote to behind the closing one.
    private mutating func text(isName: Bool) throws(JSONProblem) {
        index += 1
        let start = index
        var (isEscaped, isASCII) = (false, true)
        var wrong: (reason: JSONProblem.Reason, detail: String)?
        characters: while true {
            guard index < bytes.count else { throw notJSON() }
            switch bytes[index] {
            case UInt8(ascii: "\""): break characters
            case UInt8(ascii: "\\"):
                isEscaped = true
                if let problem = escape(), wrong == nil { wrong = problem }
            case ..<0x20:
                if wrong == nil { wrong = (.badText, "holds a control character that is not escaped") }
                index += 1
            case let byte:
                if byte >= 0x80 { isASCII = false }
                index += 1
            }
        }
        if !isASCII, String(validating: bytes[start..<index], as: UTF8.self) == nil { wrong = (.notUTF8, "is not UTF-8") }
        // Of a text that cannot be read there is no name; its object is to blame.
        let blamed = isName && wrong != nil && wrong?.reason != .holdsNUL ? parent : nodes.count
        append(isEscaped ? .escapedText : .text, isName: isName, from: start, to: index)
        if let wrong, unfit == nil || wrong.reason == .notUTF8 { unfit = (blamed, wrong.reason, wrong.detail) }
        index += 1
    }

    /// From the backslash to behind the escape.
    private mutating func escape() -> (reason: JSONProblem.Reason, detail: String)? {
        guard index + 1 < bytes.count else {
            index += 1
            return nil  // and so there is no closing quote
        }
        let letter = bytes[index + 1]
        guard letter == UInt8(ascii: "u") else {
            index += 2
            return #""\/bfnrt"#.utf8.contains(letter) ? nil : (.badText, #"holds a backslash that begins no escape"#)
        }
        guard let unit = Self.hexadecimal(bytes, at: index + 2) else {
            index += 2
            return (.badText, #"holds a backslash that begins no escape"#)
        }
        index += 6
        switch unit {
        case 0: return limits.takesNUL ? nil : (.holdsNUL, "holds the character U+0000, which cannot be kept")
        case 0xD800..<0xDC00:
            guard index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u"),
                let low = Self.hexadecimal(bytes, at: index + 2), (0xDC00..<0xE000).contains(low)
            else { return (.badText, "holds half a character: a surrogate without its other half") }
            index += 6
            return nil
        case 0xDC00..<0xE000: return (.badText, "holds half a character: a surrogate without its other half")
        default: return nil
        }
    }

    /// The four digits from `start`.
    static func hexadecimal(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> UInt16? {
        guard start + 4 <= bytes.count else { return nil }
        var unit: UInt16 = 0
        for index in start..<(start + 4) {
            guard let digit = Hexadecimal.value(bytes[index]) else { return nil }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }

    /// A number, `true`, `false`, `null`, or what somebody took for one of them.
    private mutating func word() throws(JSONProblem) {
        let start = index
        while index < bytes.count, Self.isOfWord(bytes[index]) { index += 1 }
        let word = UnsafeBufferPointer(rebasing: bytes[start..<index])
        guard !word.isEmpty else { throw notJSON() }
        var kind = JSONDocument.Kind.null
        var wrong: (JSONProblem.Reason, String)?
        if word.elementsEqual("true".utf8) {
            kind = .yes
        } else if word.elementsEqual("false".utf8) {
            kind = .no
        } else if !word.elementsEqual("null".utf8) {
            kind = .integer
            if word.count > limits.numberLengthMax {
                wrong = (.badNumber, "is or holds a number of more than \(limits.numberLengthMax) characters")
            } else if let number = Self.number(word) {
                kind = number
            } else {
                wrong = (.badNumber, JSONDocument.badNumber)
            }
        }
        append(kind, from: start, to: index)
        if let wrong, unfit == nil { unfit = (nodes.count - 1, wrong.0, wrong.1) }
    }

    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func number(_ word: UnsafeBufferPointer<UInt8>) -> JSONDocument.Kind? {
        var index = 0
        func digits() -> Int {
            let start = index
            while index < word.count, (48...57).contains(word[index]) { index += 1 }
            return index - start
        }
        func take(_ characters: StaticString) -> Bool {
            let letters = UnsafeBufferPointer(start: characters.utf8Start, count: characters.utf8CodeUnitCount)
            guard index < word.count, letters.contains(word[index]) else { return false }
            index += 1
            return true
        }
        var kind = JSONDocument.Kind.integer
        _ = take("-")
        let startsWithZero = index < word.count && word[index] == 48
        let count = digits()
        guard count == 1 || count > 1 && !startsWithZero else { return nil }
        if take(".") {
            kind = .number
            guard digits() > 0 else { return nil }
        }
        if take("eE") {
            kind = .number
            _ = take("+-")
            guard digits() > 0 else { return nil }
        }
        return index == word.count ? kind : nil
    }

    // Problems

    private func notJSON() -> JSONProblem {
        String(validating: bytes, as: UTF8.self) == nil
            ? JSONProblem(reason: .notUTF8, place: "", detail: "is not UTF-8")
            : JSONProblem(reason: .notJSON, place: "", detail: "is not JSON")
    }

    private func problem(_ reason: JSONProblem.Reason, at node: Int, _ detail: String) -> JSONProblem {
        let document = JSONDocument(bytes: Array(bytes), nodes: nodes)
        return JSONProblem(reason: reason, place: JSONPath.text(document.path(of: node)), detail: detail)
    }
}

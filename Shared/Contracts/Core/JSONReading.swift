import Foundation

/// One decoding of a ``JSONDocument``. Notes which members were asked for, so that those that nobody reads can be named.
final class JSONReading {
    let document: JSONDocument
    /// By node: an object whose members were asked for by name, or a name that was asked for. Empty if nobody wants to know.
    private var isRead: [Bool]

    init(_ document: JSONDocument, notesReading: Bool) {
        self.document = document
        isRead = notesReading ? Array(repeating: false, count: document.nodes.count) : []
    }

    func read<Value: Decodable>(_ type: Value.Type, at node: Int) throws -> Value {
        let value: Any
        switch type {
        case is String.Type:
            guard isText(node) else { throw mismatch(type, node) }
            value = document.text(node)
        case is Bool.Type:
            switch document.nodes[node].kind {
            case .yes: value = true
            case .no: value = false
            default: throw mismatch(type, node)
            }
        case is Int.Type: value = try whole(Int.self, node)
        case is Int64.Type: value = try whole(Int64.self, node)
        case is Double.Type: value = try double(node)
        case is Date.Type:
            guard isText(node) else { throw mismatch(String.self, node) }
            guard let date = Timestamp.date(document.text(node)) else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: document.path(of: node), debugDescription: "is not an RFC 3339 time"))
            }
            value = date
        case is JSONValue.Type: value = try document.value(node)
        case is [String: JSONValue].Type:
            guard document.nodes[node].kind == .object else { throw mismatch(type, node) }
            value = try document.members(node)
        case is Int32.Type: value = try whole(Int32.self, node)
        case is Int16.Type: value = try whole(Int16.self, node)
        case is Int8.Type: value = try whole(Int8.self, node)
        case is UInt.Type: value = try whole(UInt.self, node)
        case is UInt64.Type: value = try whole(UInt64.self, node)
        case is UInt32.Type: value = try whole(UInt32.self, node)
        case is UInt16.Type: value = try whole(UInt16.self, node)
        case is UInt8.Type: value = try whole(UInt8.self, node)
        case is Float.Type: value = Float(try double(node))
        default: return try Value(from: ValueDecoder(reading: self, node: node))
        }
        guard let value = value as? Value else { throw mismatch(type, node) }
        return value
    }

    private func isText(_ node: Int) -> Bool {
        document.nodes[node].kind == .text || document.nodes[node].kind == .escapedText
    }

    private func isNumber(_ node: Int) -> Bool {
        document.nodes[node].kind == .integer || document.nodes[node].kind == .number
    }

    private func whole<Integer: FixedWidthInteger>(_ type: Integer.Type, _ node: Int) throws -> Integer {
        guard isNumber(node) else { throw mismatch(type, node) }
        guard let number = document.whole(node, as: type) else { throw document.badNumber(node) }
        return number
    }

    private func double(_ node: Int) throws -> Double {
        guard isNumber(node) else { throw mismatch(Double.self, node) }
        guard let number = document.double(node) else { throw document.badNumber(node) }
        return number
    }

    /// Absent values and null are said to be so; the others are of another type.
    func mismatch(_ type: any Any.Type, _ node: Int) -> DecodingError {
        let context = DecodingError.Context(codingPath: document.path(of: node), debugDescription: "is not \(type)")
        return document.nodes[node].kind == .null ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    // Which members are read

    func note(_ node: Int) {
        if !isRead.isEmpty { isRead[node] = true }
    }

    /// The first member that its object was not asked for.
    var unread: JSONProblem? {
        guard
            let name = isRead.indices.first(where: { node in
                document.nodes[node].isName && !isRead[node] && isRead[Int(document.nodes[node].parent)]
            })
        else { return nil }
        let place = JSONPath.text(document.path(of: name))
        return isRepeated(name)
            ? JSONProblem(reason: .repeatedMember, place: place, detail: "stands more than once")
            : JSONProblem(reason: .unknownMember, place: place, detail: "is not known here")
    }

    private func isRepeated(_ name: Int) -> Bool {
        var node = Int(document.nodes[name].parent) + 1
        while node < name {
            if document.text(node) == document.text(name) { return true }
            node = Int(document.nodes[node + 1].next)
        }
        return false
    }

    // Foundation's and the library's own types decode themselves by these.

    struct ValueDecoder: Decoder, SingleValueDecodingContainer {
        let reading: JSONReading
        let node: Int

        var codingPath: [any CodingKey] { reading.document.path(of: node) }
        var userInfo: [CodingUserInfoKey: Any] { [:] }

        func value() throws -> JSONValue { try reading.document.value(node) }

        func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
            KeyedDecodingContainer(try Members<Key>(reading: reading, node: node))
        }

        func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try Elements(reading: reading, node: node) }

        func singleValueContainer() -> any SingleValueDecodingContainer { self }

        func decodeNil() -> Bool { reading.document.nodes[node].kind == .null }

        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try reading.read(type, at: node) }
    }

    private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let reading: JSONReading
        let node: Int
        /// Names' nodes. Of a name that stands twice the first counts.
        private let names: [String: Int]

        init(reading: JSONReading, node: Int) throws {
            let nodes = reading.document.nodes
            guard nodes[node].kind == .object else { throw reading.mismatch([String: Any].self, node) }
            reading.note(node)
            var names: [String: Int] = [:]
            names.reserveCapacity(Int(nodes[node].count))
            var name = node + 1
            while name < nodes[node].next {
                let text = reading.document.text(name)
                if names[text] == nil { names[text] = name }
                name = Int(nodes[name + 1].next)
            }
            self.reading = reading
            self.node = node
            self.names = names
        }

        var codingPath: [any CodingKey] { reading.document.path(of: node) }

        var allKeys: [Key] { names.sorted { $0.value < $1.value }.compactMap { Key(stringValue: $0.key) } }

        func contains(_ key: Key) -> Bool { value(key) != nil }

        private func value(_ key: Key) -> Int? {
            guard let name = names[key.stringValue] else { return nil }
            reading.note(name)
            return name + 1
        }

        private func required(_ key: Key) throws -> Int {
            guard let value = value(key) else {
                throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "is missing"))
            }
            return value
        }

        func decodeNil(forKey key: Key) throws -> Bool { reading.document.nodes[try required(key)].kind == .null }

        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try reading.read(type, at: try required(key)) }

        func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
            guard let value = value(key), reading.document.nodes[value].kind != .null else { return nil }
            return try reading.read(type, at: value)
        }

        func nestedContainer<NestedKey: CodingKey>(
            keyedBy type: NestedKey.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<NestedKey> {
            try ValueDecoder(reading: reading, node: try required(key)).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            try Elements(reading: reading, node: try required(key))
        }

        func superDecoder() throws -> any Decoder { ValueDecoder(reading: reading, node: node) }

        func superDecoder(forKey key: Key) throws -> any Decoder { ValueDecoder(reading: reading, node: try required(key)) }
    }

    private struct Elements: UnkeyedDecodingContainer {
        let reading: JSONReading
        let node: Int
        private var next: Int
        private(set) var currentIndex = 0

        init(reading: JSONReading, node: Int) throws {
            guard reading.document.nodes[node].kind == .array else { throw reading.mismatch([Any].self, node) }
            self.reading = reading
            self.node = node
            next = node + 1
        }

        var codingPath: [any CodingKey] { reading.document.path(of: node) }
        var count: Int? { Int(reading.document.nodes[node].count) }
        var isAtEnd: Bool { next >= reading.document.nodes[node].next }

        private func required() throws -> Int {
            guard !isAtEnd else {
                throw DecodingError.valueNotFound(
                    Any.self,
                    .init(codingPath: codingPath + [JSONDocument.Step(intValue: currentIndex)], debugDescription: "is missing"))
            }
            return next
        }

        private mutating func advance() {
            next = Int(reading.document.nodes[next].next)
            currentIndex += 1
        }

        mutating func decodeNil() throws -> Bool {
            guard reading.document.nodes[try required()].kind == .null else { return false }
            advance()
            return true
        }

        mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            let value = try reading.read(type, at: try required())
            advance()
            return value
        }

        mutating func nestedContainer<NestedKey: CodingKey>(keyedBy type: NestedKey.Type) throws -> KeyedDecodingContainer<NestedKey> {
            try element().container(keyedBy: type)
        }

        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try element().unkeyedContainer() }

        mutating func superDecoder() throws -> any Decoder { try element() }

        private mutating func element() throws -> ValueDecoder {
            let element = ValueDecoder(reading: reading, node: try required())
            advance()
            return element
        }
    }
}

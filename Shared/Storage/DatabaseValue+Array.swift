/// The binary form of a one-dimensional array. Source: PostgreSQL 15, `array_send` and `array_recv`.
extension DatabaseElement where Self: DatabaseValue {
    package static var databaseArrayType: DatabaseType { DatabaseType(oid: databaseType.array, array: 0) }

    package static func append(_ elements: [Self], to bytes: inout [UInt8]) {
        bytes.append(bigEndian: Int32(elements.isEmpty ? 0 : 1))  // dimensions
        let flagOffset = bytes.count
        bytes.append(bigEndian: Int32(0))  // 1 if an element is NULL
        bytes.append(bigEndian: databaseType.oid)
        guard !elements.isEmpty else { return }
        bytes.append(bigEndian: Int32(elements.count))
        bytes.append(bigEndian: Int32(1))  // index of the first element
        var hasNull = false
        for element in elements {
            let lengthOffset = bytes.count
            bytes.append(bigEndian: Int32(-1))
            if element.append(to: &bytes) {
                bytes.overwrite(bigEndian: Int32(bytes.count - lengthOffset - 4), at: lengthOffset)
            } else {
                hasNull = true
            }
        }
        if hasNull { bytes.overwrite(bigEndian: 1, at: flagOffset) }
    }

    package static func readArray(_ field: Field) throws -> [Self] {
        var rest = try field.required()[...]
        func integer() throws -> Int32 {
            guard rest.count >= 4 else { throw DatabaseError.decoding("is a shortened array") }
            defer { rest = rest.dropFirst(4) }
            return Int32(bigEndian: UnsafeRawBufferPointer(rebasing: rest).loadUnaligned(as: Int32.self))
        }
        let dimensions = try integer()
        _ = try integer()
        let elementType = UInt32(bitPattern: try integer())
        guard dimensions > 0 else { return [] }
        guard dimensions == 1 else { throw DatabaseError.decoding("is an array of \(dimensions) dimensions") }
        let count = try integer()
        guard count >= 0 else { throw DatabaseError.decoding("is an array of \(count) elements") }
        _ = try integer()
        return try (0..<count).map { _ in
            let length = Int(try integer())
            guard length >= 0 else { return try read(Field(type: elementType, bytes: nil)) }
            guard rest.count >= length else { throw DatabaseError.decoding("is a shortened array") }
            defer { rest = rest.dropFirst(length) }
            return try read(Field(type: elementType, bytes: UnsafeRawBufferPointer(rebasing: rest.prefix(length))))
        }
    }
}

extension Array: DatabaseValue where Element: DatabaseElement {
    package static var databaseType: DatabaseType { Element.databaseArrayType }
    package func append(to bytes: inout [UInt8]) -> Bool {
        Element.append(self, to: &bytes)
        return true
    }
    package static func read(_ field: Field) throws -> [Element] { try Element.readArray(field) }
}

/// `[UInt8]` is a `bytea`, not an array of small numbers.
extension UInt8: DatabaseElement {
    package static var databaseArrayType: DatabaseType { .bytea }
    package static func append(_ elements: [UInt8], to bytes: inout [UInt8]) { bytes.append(contentsOf: elements) }
    package static func readArray(_ field: Field) throws -> [UInt8] {
        guard field.type == DatabaseType.bytea.oid else { throw field.mismatch("[UInt8]") }
        return Array(try field.required())
    }
}

extension Array: DatabaseElement where Element == UInt8 {}

extension Optional: DatabaseElement where Wrapped: DatabaseElement & DatabaseValue {}

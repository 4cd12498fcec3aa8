/// A value that can be bound to a statement and read from a column, in PostgreSQL's binary format.
package protocol DatabaseValue: Sendable {
    static var databaseType: DatabaseType { get }
    /// - Returns: false for NULL; then nothing was appended.
    func append(to bytes: inout [UInt8]) -> Bool
    /// - Throws: ``DatabaseError/decoding(_:)`` if the column is NULL or of a type that this one does not read.
    static func read(_ field: Field) throws -> Self
}

/// What can stand in an array: `unnest(\(ids))`, `= ANY(\(ids))`.
package protocol DatabaseElement: Sendable {
    static var databaseArrayType: DatabaseType { get }
    static func append(_ elements: [Self], to bytes: inout [UInt8])
    static func readArray(_ field: Field) throws -> [Self]
}

/// A type's number in PostgreSQL and that of its array. Source: PostgreSQL 15, `pg_type.dat`.
package struct DatabaseType: Sendable, Hashable {
    package let oid: UInt32
    /// Zero where we bind no arrays of it.
    package let array: UInt32

    package static let bool = DatabaseType(oid: 16, array: 1000)
    package static let bytea = DatabaseType(oid: 17, array: 1001)
    package static let int8 = DatabaseType(oid: 20, array: 1016)
    package static let int2 = DatabaseType(oid: 21, array: 1005)
    package static let int4 = DatabaseType(oid: 23, array: 1007)
    package static let text = DatabaseType(oid: 25, array: 1009)
    package static let json = DatabaseType(oid: 114, array: 199)
    package static let float4 = DatabaseType(oid: 700, array: 1021)
    package static let float8 = DatabaseType(oid: 701, array: 1022)
    package static let timestamptz = DatabaseType(oid: 1184, array: 1185)
    package static let uuid = DatabaseType(oid: 2950, array: 2951)
    package static let jsonb = DatabaseType(oid: 3802, array: 3807)

    /// Types whose binary form is the text itself: text, varchar, char(n), name.
    static let textual: Set<UInt32> = [25, 1043, 1042, 19]
    /// From here on numbers belong to types that a database defined itself: enums, domains. They are read as text.
    static let firstOwn: UInt32 = 16_384
}

/// One column of one row, as PostgreSQL sent it. Lives as long as its ``Rows``; copy what you keep.
package struct Field {
    package let type: UInt32
    /// nil for NULL.
    package let bytes: UnsafeRawBufferPointer?

    package init(type: UInt32, bytes: UnsafeRawBufferPointer?) {
        self.type = type
        self.bytes = bytes
    }

    /// Bytes that the value has at most in JSON. In texts a control character becomes six, a quote or a backslash two; everything else of
    /// ours is a number, a time or an id.
    package var jsonBytesMax: Int {
        guard let bytes else { return 4 }
        guard Self.textLike.contains(type) || type >= DatabaseType.firstOwn else { return max(40, 2 * bytes.count) }
        return bytes.reduce(bytes.count + 2) { sum, byte in
            sum + (byte < 0x20 ? 5 : byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? 1 : 0)
        }
    }

    private static let textLike = DatabaseType.textual.union([
        DatabaseType.json.oid, DatabaseType.jsonb.oid, DatabaseType.text.array, DatabaseType.json.array, DatabaseType.jsonb.array,
    ])

    /// - Throws: ``DatabaseError/decoding(_:)`` for NULL.
    func required() throws -> UnsafeRawBufferPointer {
        guard let bytes else { throw DatabaseError.decoding("is NULL") }
        return bytes
    }

    func mismatch(_ wanted: String) -> DatabaseError {
        .decoding("is of PostgreSQL's type \(type), which is not read as \(wanted); cast it in the statement")
    }

    /// - Throws: ``DatabaseError/decoding(_:)`` if the field does not have the integer's width.
    func integer<Value: FixedWidthInteger>(_ type: Value.Type) throws -> Value {
        let bytes = try required()
        guard bytes.count == MemoryLayout<Value>.size else { throw DatabaseError.decoding("has \(bytes.count) bytes") }
        return Value(bigEndian: bytes.loadUnaligned(as: Value.self))
    }
}

extension [UInt8] {
    mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    mutating func overwrite(bigEndian value: Int32, at offset: Int) {
        let unsigned = UInt32(bitPattern: value)
        for index in 0..<4 { self[offset + index] = UInt8(truncatingIfNeeded: unsigned >> (24 - 8 * UInt32(index))) }
    }
}

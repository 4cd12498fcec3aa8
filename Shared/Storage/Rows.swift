import CLibPQ

/// What a statement returned. May leave the transaction and its thread.
package struct Rows: RandomAccessCollection, Sendable {
    private let result: ServerResult

    init(_ result: ServerResult) { self.result = result }

    package var startIndex: Int { 0 }
    package var endIndex: Int { result.rowCount }
    package subscript(position: Int) -> Row { Row(result: result, index: position) }

    /// Rows inserted, updated, deleted or selected.
    package var affected: Int { result.affected }
}

/// One row. Columns are found by the name that the statement gave them.
package struct Row: Sendable {
    fileprivate let result: ServerResult
    fileprivate let index: Int

    /// - Throws: ``DatabaseError/decoding(_:)`` naming the column, if it is missing, NULL where no optional was asked for,
    ///   or of another type.
    package func decode<Value: DatabaseValue>(_ column: String, as type: Value.Type = Value.self) throws -> Value {
        guard let position = result.columns.firstIndex(of: column) else {
            throw DatabaseError.decoding("column \(column) is not in the result")
        }
        do {
            return try Value.read(result.field(row: index, column: position))
        } catch DatabaseError.decoding(let reason) {
            throw DatabaseError.decoding("column \(column) \(reason)")
        }
    }

    /// Bytes that the row has at most when it is written as JSON, each column with a name of its own.
    package var jsonBytesMax: Int {
        result.columns.indices.reduce(0) { sum, column in
            sum + Self.memberBytes + result.columns[column].utf8.count + result.field(row: index, column: column).jsonBytesMax
        }
    }

    /// Of a member: quotes, colon, comma, and whatever else an item says of a column.
    private static let memberBytes = 16

    /// An enum, or any wrapper of a value we can read.
    @_disfavoredOverload
    package func decode<Value: RawRepresentable>(_ column: String, as type: Value.Type = Value.self) throws -> Value
    where Value.RawValue: DatabaseValue {
        guard let value = Value(rawValue: try decode(column, as: Value.RawValue.self)) else {
            throw DatabaseError.decoding("column \(column) holds a value that \(Value.self) does not know")
        }
        return value
    }

    @_disfavoredOverload
    package func decode<Value: RawRepresentable>(_ column: String, as type: Value?.Type = Value?.self) throws -> Value?
    where Value.RawValue: DatabaseValue {
        guard let raw = try decode(column, as: Value.RawValue?.self) else { return nil }
        guard let value = Value(rawValue: raw) else {
            throw DatabaseError.decoding("column \(column) holds a value that \(Value.self) does not know")
        }
        return value
    }

    package subscript<Value: DatabaseValue>(_ column: String) -> Value {
        get throws { try decode(column, as: Value.self) }
    }

    @_disfavoredOverload
    package subscript<Value: RawRepresentable>(_ column: String) -> Value where Value.RawValue: DatabaseValue {
        get throws { try decode(column, as: Value.self) }
    }

    @_disfavoredOverload
    package subscript<Value: RawRepresentable>(_ column: String) -> Value? where Value.RawValue: DatabaseValue {
        get throws { try decode(column, as: Value?.self) }
    }
}

/// Owns libpq's result.
/// `@unchecked Sendable`: a result is never changed after it was received; libpq allows any thread to read it, and the last
/// reference frees it. Source: PostgreSQL 15, libpq, "Behavior in Threaded Programs": results are read-only after creation.
final class ServerResult: @unchecked Sendable {
    private let handle: OpaquePointer
    let columns: [String]
    let rowCount: Int

    init(_ handle: OpaquePointer) {
        self.handle = handle
        rowCount = Int(PQntuples(handle))
        columns = (0..<PQnfields(handle)).map { String(cString: PQfname(handle, $0)) }
    }

    deinit { PQclear(handle) }

    var affected: Int { Int(String(cString: PQcmdTuples(handle))) ?? 0 }

    /// `COMMIT`, `INSERT 0 1`, …
    var tag: String { String(cString: PQcmdStatus(handle)) }

    func field(row: Int, column: Int) -> Field {
        precondition(row >= 0 && row < rowCount, "row \(row) of \(rowCount)")
        let (row, column) = (Int32(row), Int32(column))
        let type = PQftype(handle, column)
        guard PQgetisnull(handle, row, column) == 0 else { return Field(type: type, bytes: nil) }
        let bytes = UnsafeRawBufferPointer(start: PQgetvalue(handle, row, column), count: Int(PQgetlength(handle, row, column)))
        return Field(type: type, bytes: bytes)
    }
}

import Contracts
import Foundation

extension Bool: DatabaseValue, DatabaseElement {
    package static var databaseType: DatabaseType { .bool }
    package func append(to bytes: inout [UInt8]) -> Bool {
        bytes.append(self ? 1 : 0)
        return true
    }
    package static func read(_ field: Field) throws -> Bool {
        guard field.type == DatabaseType.bool.oid else { throw field.mismatch("Bool") }
        return try field.integer(UInt8.self) != 0
    }
}

extension Int: DatabaseValue, DatabaseElement {
    package static var databaseType: DatabaseType { .int8 }
    package func append(to bytes: inout [UInt8]) -> Bool {
        bytes.append(bigEndian: Int64(self))
        return true
    }
    package static func read(_ field: Field) throws -> Int { Int(try Int64.read(field)) }
}

extension Int64: DatabaseValue, DatabaseElement {
    package static var databaseType: DatabaseType { .int8 }
    package func append(to bytes: inout [UInt8]) -> Bool {
        bytes.append(bigEndian: self)
        return true
    }
    package static func read(_ field: Field) throws -> Int64 {
        switch field.type {
        case DatabaseType.int8.oid: try field.integer(Int64.self)
        case DatabaseType.int4.oid: Int64(try field.integer(Int32.self))
        case DatabaseType.int2.oid: Int64(try field.integer(Int16.self))
        default: throw field.mismatch("an integer")
        }
    }
}

extension Int32: DatabaseValue, DatabaseElement {
    package static var databaseType: DatabaseType { .int4 }
    package func append(to bytes: inout [UInt8]) -> Bool {
        bytes.append(bigEndian: self)
        return true
    }
    package static func read(_ field: Field) throws -> Int32 {
        switch field.type {
        case DatabaseType.int4.oid: try field.integer(Int32.self)
        case DatabaseType.int2.oid: Int32(try field.integer(Int16.self))
        default: throw field.mismatch("Int32")
        }
    }
}

extension Double: DatabaseValue, DatabaseElement {
    package static var databaseType: DatabaseType { .float8 }
    package func append(to bytes: inout [UInt8]) -> Bool {
        bytes.append(bigEndian: bitPattern)
        return true
    }
    package static func read(_ field: Field) throws -> Double {
        switch field.type {
        case DatabaseType.float8.oid: Double(bitPattern: try field.integer(UInt64.self))
        case DatabaseType.float4.oid: Double(Float(bitPattern: try field.integer(UInt32.self)))
        default: throw field.mismatch("Double")
        }
    }
}

extension String: DatabaseValue, DatabaseElement {
    package static var databaseType: DatabaseType { .text }
    package func append(to bytes: inout [UInt8]) -> Bool {
        bytes.append(contentsOf: utf8)
        return true
    }
    package static func read(_ field: Field) throws -> String {
        guard DatabaseType.textual.contains(field.type) || field.type >= DatabaseType.firstOwn else { throw field.mismatch("String") }
        return String(decoding: try field.required(), as: UTF8.self)
    }
}

extension UUID: DatabaseValue, DatabaseElement {
    package static var databaseType: DatabaseType { .uuid }
    package func append(to bytes: inout [UInt8]) -> Bool {
        withUnsafeBytes(of: uuid) { bytes.append(contentsOf: $0) }
        return true
    }
    package static func read(_ field: Field) throws -> UUID {
        guard field.type == DatabaseType.uuid.oid else { throw field.mismatch("UUID") }
        let bytes = try field.required()
        guard bytes.count == 16 else { throw DatabaseError.decoding("has \(bytes.count) bytes") }
        return UUID(uuid: bytes.loadUnaligned(as: uuid_t.self))
    }
}

extension Identifier: DatabaseValue, DatabaseElement {
    package static var databaseType: DatabaseType { .uuid }
    package func append(to bytes: inout [UInt8]) -> Bool { uuid.append(to: &bytes) }
    package static func read(_ field: Field) throws -> Self { Self(try UUID.read(field)) }
}

/// PostgreSQL keeps microseconds since 2000-01-01; what is finer is rounded, and what lies outside ``Timestamp``'s years is moved to the
/// nearest that does not. Its own `infinity` and `-infinity` are read as the times farthest away.
extension Date: DatabaseValue, DatabaseElement {
    /// Seconds from 2000-01-01 to Foundation's 2001-01-01; 2000 was a leap year.
    private static let secondsTo2001: Int64 = 366 * 86_400

    package static var databaseType: DatabaseType { .timestamptz }
    package func append(to bytes: inout [UInt8]) -> Bool {
        let microseconds = (Timestamp.nearest(self).timeIntervalSinceReferenceDate * 1_000_000).rounded()
        bytes.append(bigEndian: Int64(saturating: microseconds) + Self.secondsTo2001 * 1_000_000)
        return true
    }
    package static func read(_ field: Field) throws -> Date {
        guard field.type == DatabaseType.timestamptz.oid else { throw field.mismatch("Date") }
        let (microseconds, isTooEarly) = try field.integer(Int64.self).subtractingReportingOverflow(Self.secondsTo2001 * 1_000_000)
        return Date(timeIntervalSinceReferenceDate: Double(isTooEarly ? .min : microseconds) / 1_000_000)
    }
}

/// `jsonb`. It keeps neither the order of members nor spaces; payloads that must keep their bytes are `bytea`.
extension JSONValue: DatabaseValue, DatabaseElement {
    /// The only version of jsonb's binary form. Source: PostgreSQL 15, `jsonb_recv`.
    private static let version: UInt8 = 1

    package static var databaseType: DatabaseType { .jsonb }
    package func append(to bytes: inout [UInt8]) -> Bool {
        bytes.append(Self.version)
        var text = JSONText(capacity: 64)
        text.value(self)
        bytes.append(contentsOf: text.bytes)
        return true
    }
    package static func read(_ field: Field) throws -> JSONValue {
        var bytes = try field.required()[...]
        switch field.type {
        case DatabaseType.jsonb.oid:
            guard bytes.popFirst() == version else { throw DatabaseError.decoding("is jsonb of an unknown version") }
        case DatabaseType.json.oid: break
        default: throw field.mismatch("JSONValue")
        }
        if bytes.elementsEqual("{}".utf8) { return [:] }
        if bytes.elementsEqual("[]".utf8) { return [] }
        do {
            return try JSON.decode(JSONValue.self, from: bytes)
        } catch {
            throw DatabaseError.decoding("is JSON that we cannot read")
        }
    }
}

extension Optional: DatabaseValue where Wrapped: DatabaseValue {
    package static var databaseType: DatabaseType { Wrapped.databaseType }
    package func append(to bytes: inout [UInt8]) -> Bool { self?.append(to: &bytes) ?? false }
    package static func read(_ field: Field) throws -> Wrapped? { field.bytes == nil ? nil : try Wrapped.read(field) }
}

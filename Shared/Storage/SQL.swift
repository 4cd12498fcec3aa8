/// A statement and its parameters. An interpolated value is bound, in binary form, typed by its Swift type; it is never text.
///
/// ```swift
/// let sql: SQL = "SELECT id FROM chat.conversations WHERE id = \(id) AND status = ANY(\(statuses))"
/// ```
package struct SQL: Sendable, ExpressibleByStringInterpolation {
    /// The text between the parameters: always one more than those.
    private(set) var fragments: [String]
    private(set) var parameters: Parameters

    package init(stringLiteral value: String) {
        fragments = [value]
        parameters = Parameters()
    }

    package init(stringInterpolation: StringInterpolation) {
        fragments = stringInterpolation.fragments
        parameters = stringInterpolation.parameters
    }

    /// What PostgreSQL parses: the fragments with `$1`, `$2`, … between them.
    package var text: String {
        guard fragments.count > 1 else { return fragments[0] }
        var text = fragments[0]
        for index in 1..<fragments.count {
            text += "$"
            text += String(index)
            text += fragments[index]
        }
        return text
    }

    package static func + (left: SQL, right: SQL) -> SQL {
        var sum = left
        sum += right
        return sum
    }

    package static func += (left: inout SQL, right: SQL) {
        left.fragments[left.fragments.count - 1] += right.fragments[0]
        left.fragments.append(contentsOf: right.fragments.dropFirst())
        left.parameters.append(right.parameters)
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        var fragments: [String] = [""]
        var parameters = Parameters()

        package init(literalCapacity: Int, interpolationCount: Int) {
            fragments.reserveCapacity(interpolationCount + 1)
        }

        package mutating func appendLiteral(_ literal: String) {
            fragments[fragments.count - 1] += literal
        }

        package mutating func appendInterpolation<Value: DatabaseValue>(_ value: Value) {
            parameters.append(value)
            fragments.append("")
        }

        /// nil is NULL.
        package mutating func appendInterpolation<Value: DatabaseValue>(_ value: Value?) {
            parameters.append(value)
            fragments.append("")
        }

        /// An enum, or any wrapper of a value we can bind.
        @_disfavoredOverload
        package mutating func appendInterpolation<Value: RawRepresentable>(_ value: Value) where Value.RawValue: DatabaseValue {
            appendInterpolation(value.rawValue)
        }

        @_disfavoredOverload
        package mutating func appendInterpolation<Value: RawRepresentable>(_ value: Value?) where Value.RawValue: DatabaseValue {
            appendInterpolation(value?.rawValue)
        }

        @_disfavoredOverload
        package mutating func appendInterpolation<Value: RawRepresentable>(_ values: [Value])
        where Value.RawValue: DatabaseValue & DatabaseElement {
            appendInterpolation(values.map(\.rawValue))
        }

        /// A part of a statement, with its own parameters.
        package mutating func appendInterpolation(_ part: SQL) {
            fragments[fragments.count - 1] += part.fragments[0]
            fragments.append(contentsOf: part.fragments.dropFirst())
            parameters.append(part.parameters)
        }

        /// Text that goes into the statement as it is. Only what stands in our source can be written here.
        package mutating func appendInterpolation(raw text: StaticString) {
            fragments[fragments.count - 1] += text.description
        }

        /// A name of a table, schema or role, quoted.
        package mutating func appendInterpolation(identifier name: String) {
            fragments[fragments.count - 1] +=
                "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        }
    }
}

/// Bound values in PostgreSQL's binary format, one after the other.
struct Parameters: Sendable {
    struct Slot: Sendable {
        let type: UInt32
        let offset: Int
        /// nil for NULL.
        let length: Int?
    }

    private(set) var slots: [Slot] = []
    private(set) var bytes: [UInt8] = []

    mutating func append<Value: DatabaseValue>(_ value: Value) {
        let offset = bytes.count
        let isPresent = value.append(to: &bytes)
        slots.append(Slot(type: Value.databaseType.oid, offset: offset, length: isPresent ? bytes.count - offset : nil))
    }

    mutating func append(_ other: Parameters) {
        guard !other.slots.isEmpty else { return }
        let shift = bytes.count
        bytes.append(contentsOf: other.bytes)
        slots.append(contentsOf: other.slots.map { Slot(type: $0.type, offset: $0.offset + shift, length: $0.length) })
    }
}

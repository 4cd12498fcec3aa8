import Foundation

/// Where a list goes on: the sort columns' values of the last row shown, as its next reader gives them back. Opaque outside.
///
/// Whatever is read out of it is checked: anybody can write one. Each reading takes the next value and is nil for what no list of ours
/// could have written; then the cursor is refused, by ``problem`` at the field `cursor`.
package struct ListCursor: Sendable {
    package enum Value: Sendable {
        case integer(Int)
        /// To the microsecond, which is what the database orders by. nil stands behind all times.
        case time(Date?)
        case id(UUID)
        case text(String)
    }

    /// Bytes. The longest has a name of 200 characters and an id; it stays a small part of an address.
    package static let bytesMax = 2048
    /// What to say of one that is not taken, behind the field's name.
    package static let problem = "is not one that this list gave"

    private static let separator: Character = "."
    /// Of a value that is not there.
    private static let none = String(Int64.max)

    private var rest: ArraySlice<Substring>

    /// Values are read in the order in which they were written.
    package static func text(_ values: Value...) -> String {
        values.map { value in
            switch value {
            case .integer(let number): String(number)
            case .time(let time): time.map { String(Timestamp.nearest($0).microseconds) } ?? none
            case .id(let id): id.lowercased
            case .text(let text): Base64URL.encode(text.utf8)
            }
        }.joined(separator: String(separator))
    }

    /// - Returns: nil for one that is too long.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.bytesMax else { return nil }
        rest = text.split(separator: Self.separator, omittingEmptySubsequences: false)[...]
    }

    /// Whether everything was read: a cursor of another list has more.
    package var isAtEnd: Bool { rest.isEmpty }

    package mutating func integer(in range: ClosedRange<Int>) -> Int? {
        guard let number = rest.popFirst().flatMap({ Int($0) }), range.contains(number) else { return nil }
        return number
    }

    /// Between ``Timestamp/earliest`` and ``Timestamp/latest``.
    package mutating func time() -> Date? {
        guard let microseconds = rest.popFirst().flatMap({ Int64($0) }) else { return nil }
        let range = Timestamp.earliest.microseconds...Timestamp.latest.microseconds
        return range.contains(microseconds) ? Date(microseconds: microseconds) : nil
    }

    /// Takes the next value if it stands for no time.
    package mutating func hasNoTime() -> Bool {
        guard rest.first.map({ $0 == Self.none }) ?? false else { return false }
        rest.removeFirst()
        return true
    }

    package mutating func id<Thing>(_ type: Thing.Type = Thing.self) -> Identifier<Thing>? {
        rest.popFirst().flatMap { Identifier(String($0)) }
    }

    /// Without NUL, which no text in the database has.
    package mutating func text() -> String? {
        guard let bytes = rest.popFirst().flatMap({ Base64URL.decode($0) }), !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}

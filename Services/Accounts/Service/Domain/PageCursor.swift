import Contracts
import Foundation

/// Where a list goes on. Opaque outside.
package enum PageCursor {
    package static func encode(_ parts: [String]) -> String { Base64URL.encode(Array(parts.joined(separator: "\n").utf8)) }

    /// - Throws: ``AccountsError/fieldInvalid(field:detail:)``.
    package static func decode(_ cursor: String, parts count: Int) throws(AccountsError) -> [String] {
        guard let bytes = Base64URL.decode(cursor), let text = String(validating: bytes, as: UTF8.self),
            !text.unicodeScalars.contains("\0")
        else { throw invalid }
        let parts = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == count else { throw invalid }
        return parts
    }

    /// - Throws: ``AccountsError/fieldInvalid(field:detail:)``.
    package static func time(_ cursor: String) throws(AccountsError) -> (createdAt: Date, id: UUID) {
        let parts = try decode(cursor, parts: 2)
        guard let createdAt = Timestamp.date(parts[0]), let id = UUID(uuidString: parts[1]) else { throw invalid }
        return (createdAt, id)
    }

    /// - Throws: ``AccountsError/fieldInvalid(field:detail:)``.
    package static func id(_ cursor: String) throws(AccountsError) -> UUID {
        guard let id = UUID(uuidString: try decode(cursor, parts: 1)[0]) else { throw invalid }
        return id
    }

    package static func limit(_ limit: Int, max: Int) throws(AccountsError) -> Int {
        guard (1...max).contains(limit) else { throw .fieldInvalid(field: "limit", detail: "must be between 1 and \(max)") }
        return limit
    }

    private static var invalid: AccountsError { .fieldInvalid(field: "cursor", detail: "is not one of ours") }
}

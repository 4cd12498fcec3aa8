import Contracts
import Foundation

/// Where a list in the order of creation goes on.
package struct ListPosition: Sendable {
    package let createdAt: Date
    package let id: UUID

    /// - Throws: ``AccountsError/fieldInvalid(field:detail:)`` for anything that no list gave.
    package init(_ text: String) throws(AccountsError) {
        var cursor = ListCursor(text)
        guard let createdAt = cursor?.time(), let id = cursor?.id(Entity.self), cursor?.isAtEnd == true else { throw .cursorInvalid }
        self.createdAt = createdAt
        self.id = id.uuid
    }
}

extension AccountsError {
    static var cursorInvalid: AccountsError { .fieldInvalid(field: "cursor", detail: ListCursor.problem) }
}

/// - Throws: ``AccountsError/fieldInvalid(field:detail:)`` outside 1 to `max`.
func validLimit(_ limit: Int, max: Int) throws(AccountsError) -> Int {
    guard (1...max).contains(limit) else { throw .fieldInvalid(field: "limit", detail: "must be between 1 and \(max)") }
    return limit
}

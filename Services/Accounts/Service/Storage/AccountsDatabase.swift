import Bus
import Contracts
import Storage

/// Transactions of accounts. What goes wrong on the way becomes what the asker can act on.
package struct AccountsDatabase: Sendable {
    /// When PostgreSQL is away, its clients look again after so long.
    private static let retryAfter = Duration.seconds(1)
    /// A lock or a deadlock passes quickly.
    private static let conflictRetryAfter = Duration.milliseconds(100)

    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// - Throws: what `body` throws, after ROLLBACK; ``BusError`` for trouble that passes; ``DatabaseError`` for a bug.
    package func transaction<Result: Sendable>(
        _ scope: Scope, _ body: @escaping @Sendable (Transaction) throws -> Result
    ) async throws -> Result {
        do {
            return try await database.transaction(scope, body)
        } catch let error as DatabaseError {
            switch error {
            case .unavailable, .statementTimeout: throw BusError.unavailable(retryAfter: Self.retryAfter)
            case .overloaded: throw BusError.overloaded(retryAfter: Self.retryAfter)
            case .serializationFailure, .deadlock, .lockTimeout: throw BusError.overloaded(retryAfter: Self.conflictRetryAfter)
            case .commitUnknown: throw BusError.deadlineExceeded
            case .uniqueViolation, .foreignKeyViolation, .checkViolation, .notNullViolation, .forbidden, .server, .decoding: throw error
            }
        }
    }
}

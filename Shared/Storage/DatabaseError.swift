/// What PostgreSQL, or the way to it, answered. Never holds a value that was bound to a statement, nor PostgreSQL's DETAIL:
/// both may be personal data.
package enum DatabaseError: Error, Sendable, Equatable {
    /// No connection, or it broke before COMMIT was sent; or the server has no room or cannot read or write (SQLSTATE classes 53 and 58: a
    /// full disk, no memory, a broken disk), which is never the statement's fault. Nothing happened. The text says why, for the log.
    case unavailable(String)
    /// Too many commands wait already. Nothing happened.
    case overloaded
    /// The connection was lost while COMMIT was on its way: it may or may not have happened. Ask again with the same id.
    case commitUnknown
    /// SQLSTATE 40001. Run the transaction again.
    case serializationFailure
    /// SQLSTATE 40P01. Run the transaction again.
    case deadlock
    /// SQLSTATE 55P03: somebody holds the lock for longer than `lockTimeout`, or NOWAIT met a lock.
    case lockTimeout
    /// SQLSTATE 57014: it ran for longer than `statementTimeout`.
    case statementTimeout
    case uniqueViolation(constraint: String)
    case foreignKeyViolation(constraint: String)
    case checkViolation(constraint: String)
    case notNullViolation(column: String)
    /// SQLSTATE 42501: a privilege is missing, or row-level security refused a row.
    case forbidden(String)
    /// Any other answer: the five characters of SQLSTATE and PostgreSQL's primary message (for data exceptions, class 22,
    /// whose messages quote values, a fixed text).
    case server(sqlstate: String, message: String)
    /// A column is missing, NULL, or of another type than asked for. A bug in our code.
    case decoding(String)

    /// The same transaction, run again, may succeed, and nothing happened so far.
    package var isRetryable: Bool {
        switch self {
        case .unavailable, .overloaded, .serializationFailure, .deadlock, .lockTimeout: true
        case .commitUnknown, .statementTimeout, .uniqueViolation, .foreignKeyViolation, .checkViolation, .notNullViolation,
            .forbidden, .server, .decoding:
            false
        }
    }

    /// The way to the database is the trouble, not the statement.
    package var isConnectionTrouble: Bool {
        switch self {
        case .unavailable, .commitUnknown: true
        default: false
        }
    }

    /// Nothing gets through just now: whoever works for many rows stops here and comes again, since no row is to blame.
    package var concernsEverything: Bool { isConnectionTrouble || self == .overloaded }

    init(sqlstate: String, message: String, constraint: String, column: String) {
        switch sqlstate {
        case "40001": self = .serializationFailure
        case "40P01": self = .deadlock
        case "55P03": self = .lockTimeout
        case "57014": self = .statementTimeout
        case "23505", "23P01": self = .uniqueViolation(constraint: constraint)
        case "23503": self = .foreignKeyViolation(constraint: constraint)
        case "23514": self = .checkViolation(constraint: constraint)
        case "23502": self = .notNullViolation(column: column)
        case "42501": self = .forbidden(message)
        case _ where sqlstate.hasPrefix("53") || sqlstate.hasPrefix("58"): self = .unavailable(message)
        default:
            self = .server(sqlstate: sqlstate, message: sqlstate.hasPrefix("22") ? "data exception" : message)
        }
    }
}

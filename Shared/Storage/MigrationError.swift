/// Why a schema could not be brought up to date. Nothing of the migration named was kept.
package enum MigrationError: Error, Sendable, Equatable {
    /// It ran with another text before. Write a new migration instead.
    case edited(name: String)
    /// It contains COMMIT or ROLLBACK; a migration is exactly one transaction.
    case endsItsTransaction(name: String)
    case failed(name: String, DatabaseError)
}

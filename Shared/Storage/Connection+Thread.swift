import Foundation

extension Connection {
    /// For the operator's work: a connection of its own on a thread of its own, closed at the end.
    static func onOwnThread<Result: Sendable>(
        _ configuration: DatabaseConfiguration, _ body: @escaping @Sendable (Connection) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread {
                continuation.resume(
                    with: Swift.Result {
                        do {
                            return try body(try Connection(configuration))
                        } catch let lost as Lost {
                            throw DatabaseError.unavailable(lost.reason)
                        }
                    })
            }
            thread.name = configuration.applicationName
            thread.start()
        }
    }

    /// One statement outside a transaction, or inside the one that is open.
    func ask(_ sql: SQL) throws -> Rows {
        let outcome = try pipeline([sql])
        if let failure = outcome.failure { throw failure }
        return outcome.rows[0]
    }
}

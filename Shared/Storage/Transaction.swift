import Contracts

/// One transaction, READ COMMITTED, on the thread that owns its connection. BEGIN travels with the first statements, COMMIT
/// with the last; one that asks nothing costs nothing.
package final class Transaction {
    /// Sent in the same round trip as COMMIT, in this order, after the body returned.
    package var finalStatements: [SQL] = []

    private let connection: Connection
    private let tenant: TenantID?
    private var hasBegun = false
    private var makers: [() -> [SQL]] = []
    private var actions: [@Sendable () -> Void] = []
    private var doubts: [@Sendable () -> Void] = []
    /// Once a statement failed, PostgreSQL takes nothing but ROLLBACK.
    private(set) var failure: DatabaseError?
    /// The connection's plans are out of date; it is replaced after this transaction.
    private(set) var isConnectionStale = false

    init(on connection: Connection, scope: Scope) {
        self.connection = connection
        switch scope {
        case .tenant(let tenant): self.tenant = tenant
        case .none: tenant = nil
        }
    }

    /// One round trip.
    /// - Throws: ``DatabaseError``. After that only the transaction's end is possible.
    @discardableResult
    package func query(_ sql: SQL) throws -> Rows {
        let rows = try pipeline([sql])
        return rows[0]
    }

    /// All statements in one round trip. If one fails, those behind it are not run.
    /// - Returns: as many results as statements, in their order.
    @discardableResult
    package func pipeline(_ statements: [SQL]) throws -> [Rows] {
        if let failure { throw failure }
        guard !statements.isEmpty else { return [] }
        let preamble = preamble()
        let outcome: Connection.Outcome
        do {
            outcome = try connection.pipeline(preamble + statements)
        } catch {
            throw fail(.unavailable(error.reason))
        }
        hasBegun = true
        isConnectionStale = isConnectionStale || outcome.isStale
        if let failure = outcome.failure { throw fail(failure) }
        return Array(outcome.rows.dropFirst(preamble.count))
    }

    /// The statement that turns to another tenant, for batches that work for several.
    package func scope(to tenant: TenantID) -> SQL { Scope.statement(for: tenant) }

    /// Runs on this thread once the server confirmed COMMIT, before the caller hears of it. Must be quick.
    package func afterCommit(_ action: @escaping @Sendable () -> Void) { actions.append(action) }

    /// Asked when the body has returned, for statements to send behind ``finalStatements`` with COMMIT.
    package func beforeCommit(_ statements: @escaping () -> [SQL]) { makers.append(statements) }

    /// Runs on this thread if the connection broke while COMMIT was on its way.
    package func afterUnknownCommit(_ action: @escaping @Sendable () -> Void) { doubts.append(action) }

    private func preamble() -> [SQL] {
        guard !hasBegun else { return [] }
        return tenant.map { ["BEGIN", Scope.statement(for: $0)] } ?? ["BEGIN"]
    }

    private func fail(_ error: DatabaseError) -> DatabaseError {
        failure = error
        return error
    }

    /// - Parameter statements: the last ones; their rows are returned.
    /// - Throws: ``DatabaseError``; ``DatabaseError/commitUnknown`` if the connection broke before the answer came.
    @discardableResult
    func commit(_ statements: [SQL] = []) throws -> [Rows] {
        if let failure { throw failure }
        let last = statements + finalStatements + makers.flatMap { $0() }
        let preamble = preamble()
        guard hasBegun || !last.isEmpty else {
            runActions()
            return []
        }
        let outcome: Connection.Outcome
        do {
            outcome = try connection.pipeline(preamble + last + ["COMMIT"])
        } catch {
            for doubt in doubts { doubt() }
            throw fail(.commitUnknown)
        }
        hasBegun = true
        isConnectionStale = isConnectionStale || outcome.isStale
        if let failure = outcome.failure { throw fail(failure) }
        guard outcome.lastTag == "COMMIT" else {
            throw fail(.server(sqlstate: "40000", message: "the server answered COMMIT with \(outcome.lastTag ?? "nothing")"))
        }
        runActions()
        return Array(outcome.rows.dropFirst(preamble.count).prefix(statements.count))
    }

    private func runActions() {
        for action in actions { action() }
        actions = []
    }

    /// Leaves the connection ready for the next transaction, or lost. The last thing that happens to a transaction, however it went.
    func rollBack() {
        // What is to be done at the end may hold this transaction; nobody would let go of either.
        (makers, actions, doubts) = ([], [], [])
        guard hasBegun, !connection.isLost, connection.isInTransaction else { return }
        do {
            let outcome = try connection.pipeline(["ROLLBACK"])
            if outcome.failure != nil { isConnectionStale = true }
        } catch {
            // The connection is marked as lost; the server rolls back by itself when it notices.
        }
    }
}

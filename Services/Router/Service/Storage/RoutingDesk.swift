import Contracts
import EventLog
import Foundation
import Storage

/// Every change of routing goes through here: lock the queues, change, drain, write, say.
///
/// Lock order: the consumer's cursor (or a request's record), then queues by tenant, then rows, then partitions of our own
/// log. Several replicas therefore wait for each other, and never in a circle.
package final class RoutingDesk: Sendable {
    /// A transaction that lost a lock or its connection is run so often before its caller is told.
    static let attemptsMax = 3

    let database: Database
    /// Ours, or a test's.
    let conditions: TurnConditions
    /// What this process knows of agents.
    let views: AgentViews
    private let publisher: EventPublisher
    private let metrics: RouterMetrics
    /// Told after COMMIT whose queue moved, and whose could be drained further.
    private let queueMoved: @Sendable (TenantID) -> Void
    private let drainFurther: @Sendable (TenantID) -> Void

    init(
        database: Database, publisher: EventPublisher, metrics: RouterMetrics, queueMoved: @escaping @Sendable (TenantID) -> Void,
        drainFurther: @escaping @Sendable (TenantID) -> Void, conditions: TurnConditions, views: AgentViews
    ) {
        self.views = views
        self.database = database
        self.conditions = conditions
        self.publisher = publisher
        self.metrics = metrics
        self.queueMoved = queueMoved
        self.drainFurther = drainFurther
    }

    /// One tenant's turn with one command, in a transaction of its own.
    /// - Parameter record: makes a request happen once although it is asked again.
    func turn<Reply: Codable & Sendable>(
        _ needs: QueueTurn.Needs, once record: IdempotencyRecord? = nil, _ command: @escaping @Sendable (inout QueueTurn) throws -> Reply
    ) async throws -> Reply {
        try await open(needs, once: record) { open in
            let reply = try open.perform(command)
            return { _ in reply }
        }
    }

    /// The same with a reply that says how things stand when the queue was drained.
    func turn<Result: Sendable, Reply: Codable & Sendable>(
        _ needs: QueueTurn.Needs, _ command: @escaping @Sendable (inout QueueTurn) throws -> Result,
        reply: @escaping @Sendable (QueueTurn, Result) -> Reply
    ) async throws -> Reply {
        try await open(needs) { open in
            let result = try open.perform(command)
            return { reply($0, result) }
        }
    }

    /// One tenant's turn with several commands, in a transaction of its own.
    /// - Parameter body: gives what makes the reply of the turn when it has ended.
    func open<Reply: Codable & Sendable>(
        _ needs: QueueTurn.Needs, once record: IdempotencyRecord? = nil,
        _ body: @escaping @Sendable (inout OpenTurn) throws -> (QueueTurn) -> Reply
    ) async throws -> Reply {
        try await retrying {
            try await self.database.transaction(.tenant(needs.tenant)) { transaction in
                let work = {
                    var turns = try self.begin([needs], in: transaction)
                    let reply = try body(&turns[0])
                    try self.finish(&turns, in: transaction)
                    return reply(turns[0].turn)
                }
                do {
                    return try record?.once(in: transaction, work) ?? work()
                } catch is IdempotencyRecord.Conflict {
                    throw RoutingError.fieldInvalid(field: "idempotency_key", detail: "The key was used for another request.")
                }
            }
        }
    }

    /// Locks, and reads what the turns need.
    func begin(_ needs: [QueueTurn.Needs], in transaction: Transaction) throws -> [OpenTurn] {
        try OpenTurn.begin(needs, in: transaction, knowing: views, under: conditions)
    }

    /// Drains, writes what the turns changed, and appends what they say.
    func finish(_ turns: inout [OpenTurn], in transaction: Transaction) throws {
        var pipeline: [SQL] = []
        var claims: [(index: Int, count: Int)] = []
        var changes: [TurnChanges] = []
        for index in turns.indices {
            let writer = try turns[index].finish()
            changes.append(writer.changes)
            let (statements, claim) = try writer.statements(in: transaction)
            if let claim { claims.append((pipeline.count + claim.index, claim.count)) }
            pipeline += statements
        }
        metrics.agentRowsRead.add(turns.reduce(0) { $0 + $1.agentRowsRead })
        metrics.candidatesExamined.add(turns.reduce(0) { $0 + $1.turn.examinedCount })
        metrics.agentsKnown.set(views.agentCount)
        let events = changes.flatMap(\.events)
        if !events.isEmpty { pipeline.append(publisher.lockStatement(for: events.map(\.key))) }
        guard !pipeline.isEmpty else { return }
        let results = try transaction.pipeline(pipeline)
        // Nobody else could have changed them; the condition and the table's CHECK are there for the day on which this is wrong.
        for claim in claims where results[claim.index].affected != claim.count {
            metrics.claimsRefused.add()
            throw RoutingTrouble.claimLost
        }
        if !events.isEmpty {
            var locked = try publisher.adopt(results[results.count - 1], in: transaction)
            try publisher.append(events, to: &locked, in: transaction)
        }
        let moved = zip(turns, changes).filter { $0.1.queueMoved }.map { $0.0.turn.tenant }
        let unfinished = turns.filter(\.turn.hasMore).map(\.turn.tenant)
        let assigned = changes.reduce(0) { $0 + $1.begun.count }
        let queued = changes.reduce(0) { $0 + $1.decisions.count { $0.decision.chosenAgentID == nil } }
        transaction.afterCommit { [metrics, queueMoved, drainFurther] in
            metrics.assigned.add(assigned)
            metrics.queued.add(queued)
            for tenant in moved { queueMoved(tenant) }
            for tenant in unfinished { drainFurther(tenant) }
        }
    }

    /// Everything asked of the desk may run again: what had been committed is recognised and answered again.
    func retrying<Result>(_ body: () async throws -> Result) async throws -> Result {
        var attempt = 1
        while true {
            do {
                return try await body()
            } catch let error as DatabaseError where attempt < Self.attemptsMax && error.mayBeRunAgain {
                attempt += 1
            }
        }
    }
}

extension DatabaseError {
    /// Worth another try at once; waiting for a database that is away is the caller's business.
    fileprivate var mayBeRunAgain: Bool {
        switch self {
        case .serializationFailure, .deadlock, .lockTimeout, .commitUnknown: true
        default: false
        }
    }
}

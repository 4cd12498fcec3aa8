import Contracts
import Synchronization

/// Group commit: many commands, one transaction. A few lanes work side by side; each takes all commands that wait for it,
/// so batches grow by themselves while a commit is on its way, and a lone command waits for nobody.
///
/// Commands of one partition always go to the same lane, in the order of their arrival; so two lanes never want the same
/// partition's head, and locks are taken in ascending order within a batch.
package final class BatchWriter<Command: Sendable, Outcome: Sendable>: Sendable {
    /// Commands in one transaction. Measured end to end with 32 in flight: two lanes with batches commit 14.0 k/s, eight
    /// connections that commit one by one 7.4 k/s. With 512 in flight batches of up to 32 say 19.8 k events/s and apply them, of up to
    /// 128 34 k, of up to 256 35 k; with 32 in flight the limit is never reached.
    /// There is no limit of bytes: of the largest messages, 64 KiB and 32 KiB of metadata, a full batch has 24 MiB.
    package static var batchMax: Int { 256 }
    /// Commands that wait in one lane. At 14 k/s over two lanes these are 150 ms; beyond it: ``DatabaseError/overloaded``.
    package static var waitingMax: Int { 1024 }
    /// How many batches a lane writes before it lets other jobs have its connection.
    private static var turnMax: Int { 16 }

    private struct Waiting: Sendable {
        let command: Command
        let deadline: ContinuousClock.Instant
        let continuation: CheckedContinuation<Outcome, any Error>
    }

    private struct Lane: Sendable {
        var waiting: [Waiting] = []
        var isRunning = false
    }

    private let database: Database
    private let scope: Scope
    private let lanes: [Mutex<Lane>.Box]
    private let write: @Sendable ([Command], Transaction) throws -> [Outcome]

    /// - Parameters:
    ///   - lanes: connections of `database` that may write at the same time; must be fewer than its pool has, so that reads go on.
    ///   - write: works for all commands in one transaction and returns their outcomes in the same order. It may run again with
    ///     the same commands, alone or together, after ROLLBACK. What a command is refused for is an outcome, not an error:
    ///     an error rolls back the batch, which then runs again one by one.
    package init(
        database: Database, lanes: Int = 2, scope: Scope = .none,
        write: @escaping @Sendable ([Command], Transaction) throws -> [Outcome]
    ) {
        self.database = database
        self.scope = scope
        self.lanes = (0..<max(1, lanes)).map { _ in Mutex<Lane>.Box(Lane()) }
        self.write = write
    }

    /// Returns after the server confirmed COMMIT.
    /// - Parameters:
    ///   - partition: of the command's key.
    ///   - waitMax: how long it may wait for its turn.
    /// - Throws: what `write` throws for this command alone; ``DatabaseError``. After `unavailable` it may have happened all the
    ///   same, if the connection broke while COMMIT was on its way: ask again with the same id. After `overloaded` it did not.
    package func submit(_ command: Command, partition: Int, waitMax: Duration = .seconds(3)) async throws -> Outcome {
        let index = Int(UInt(bitPattern: partition) % UInt(lanes.count))
        return try await withCheckedThrowingContinuation { continuation in
            let waiting = Waiting(command: command, deadline: .now + waitMax, continuation: continuation)
            let (isAccepted, mustStart) = lanes[index].value.withLock { lane -> (Bool, Bool) in
                guard lane.waiting.count < Self.waitingMax else { return (false, false) }
                lane.waiting.append(waiting)
                defer { lane.isRunning = true }
                return (true, !lane.isRunning)
            }
            if !isAccepted { continuation.resume(throwing: DatabaseError.overloaded) }
            if mustStart { start(index) }
        }
    }

    private func start(_ index: Int) {
        database.submit(isUrgent: true) { worker in
            self.takeTurn(index, on: worker)
        } refuse: { error in
            self.refuseAll(index, error)
        }
    }

    private func takeTurn(_ index: Int, on worker: Worker) {
        for _ in 0..<Self.turnMax {
            guard let batch = nextBatch(index) else { return }
            run(batch, on: worker)
        }
        start(index)
    }

    /// - Returns: nil if nothing waits; the lane is then at rest.
    private func nextBatch(_ index: Int) -> [Waiting]? {
        let batch = lanes[index].value.withLock { lane -> [Waiting]? in
            guard !lane.waiting.isEmpty else {
                lane.isRunning = false
                return nil
            }
            let batch = Array(lane.waiting.prefix(Self.batchMax))
            lane.waiting.removeFirst(batch.count)
            return batch
        }
        guard let batch else { return nil }
        let now = ContinuousClock.now
        let (inTime, late) = batch.reduce(into: ([Waiting](), [Waiting]())) { sorted, waiting in
            if waiting.deadline > now { sorted.0.append(waiting) } else { sorted.1.append(waiting) }
        }
        for waiting in late { waiting.continuation.resume(throwing: DatabaseError.overloaded) }
        return inTime
    }

    private func run(_ batch: [Waiting], on worker: Worker) {
        guard !batch.isEmpty else { return }
        do {
            let outcomes = try commit(batch.map(\.command), on: worker)
            for (waiting, outcome) in zip(batch, outcomes) { waiting.continuation.resume(returning: outcome) }
        } catch let error as DatabaseError where error.isConnectionTrouble || batch.count == 1 {
            let told = error == .commitUnknown ? DatabaseError.unavailable("nobody knows whether COMMIT arrived") : error
            for waiting in batch { waiting.continuation.resume(throwing: told) }
        } catch {
            if batch.count == 1 {
                batch[0].continuation.resume(throwing: error)
            } else {
                for waiting in batch { run([waiting], on: worker) }
            }
        }
    }

    private func commit(_ commands: [Command], on worker: Worker) throws -> [Outcome] {
        try worker.transaction(scope) { transaction in
            let outcomes = try write(commands, transaction)
            precondition(outcomes.count == commands.count, "write must return one outcome for each command")
            return outcomes
        }
    }

    private func refuseAll(_ index: Int, _ error: DatabaseError) {
        let waiting = lanes[index].value.withLock { lane in
            defer {
                lane.waiting = []
                lane.isRunning = false
            }
            return lane.waiting
        }
        for waiting in waiting { waiting.continuation.resume(throwing: error) }
    }
}

extension Mutex where Value: Sendable {
    /// A mutex that an array can hold.
    final class Box: Sendable {
        let value: Mutex<Value>
        init(_ initial: Value) { value = Mutex(initial) }
    }
}

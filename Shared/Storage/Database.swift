import Contracts
import Dispatch
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// A bounded pool of connections, each owned by its own thread. Code inside a transaction is synchronous, so no transaction
/// is ever suspended half way.
package final class Database: Service, Sendable {
    /// How often waiting jobs are looked at for having waited too long; the precision of `waitMax`.
    private static let expiryPeriod = DispatchTimeInterval.milliseconds(100)
    /// How long the readiness question may take altogether.
    private static let readinessTimeout = Duration.seconds(1)

    private struct State {
        var hasStarted = false
        var isClosed = false
        var timer: (any DispatchSourceTimer)?
    }

    package let configuration: DatabaseConfiguration
    private let logger: Logger
    private let queue: WorkQueue
    private let state = Mutex(State())
    /// Holds the threads that have a connection or a job. One that only tries to connect has nothing to finish, and looking up a name
    /// can hold it for many seconds.
    private let workersBusy: DispatchGroup

    /// Opens nothing yet: a connection is opened when it is first needed.
    package init(_ configuration: DatabaseConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        queue = WorkQueue(waitingMax: configuration.waitingMax, unreachablePatience: configuration.unreachablePatience)
        workersBusy = DispatchGroup()
    }

    deinit { close() }

    /// Keeps the pool until shutdown. Put it first among the services: they stop in reverse, so it closes last.
    package func run() async throws {
        do {
            try await gracefulShutdown()
        } catch is CancellationError {
            // Closing is the same however we are asked to stop.
        }
        close()
        await withCheckedContinuation { continuation in
            workersBusy.notify(queue: .global()) { continuation.resume() }
        }
    }

    /// BEGIN is sent with the first statements, COMMIT with the last. The closure runs, whole, on the connection's thread.
    /// - Throws: what `body` throws, after ROLLBACK; ``DatabaseError``.
    package func transaction<Result: Sendable>(
        _ scope: Scope, _ body: @escaping @Sendable (Transaction) throws -> Result
    ) async throws -> Result {
        try await perform { worker in try worker.transaction(scope, body) }
    }

    /// The same without a task: for code that is called by the bus's thread and must return at once.
    /// - Parameter completion: called once, on the connection's thread, or on the caller's if the job is refused at once.
    package func transaction<Result: Sendable>(
        _ scope: Scope, _ body: @escaping @Sendable (Transaction) throws -> Result,
        completion: @escaping @Sendable (Swift.Result<Result, any Error>) -> Void
    ) {
        submit { worker in
            completion(Swift.Result { try worker.transaction(scope, body) })
        } refuse: { error in
            completion(.failure(error))
        }
    }

    /// One statement as a transaction of its own, in one round trip.
    package func query(_ scope: Scope, _ sql: SQL) async throws -> Rows {
        try await perform { worker in try worker.pipeline(scope, [sql])[0] }
    }

    /// Some statements as a transaction of their own, in one round trip.
    package func pipeline(_ scope: Scope, _ statements: [SQL]) async throws -> [Rows] {
        guard !statements.isEmpty else { return [] }
        return try await perform { worker in try worker.pipeline(scope, statements) }
    }

    /// True if the database answers within a second.
    package func isReady() async -> Bool {
        do {
            _ = try await perform(waitMax: Self.readinessTimeout) { worker in try worker.pipeline(.none, ["SELECT 1"]) }
            return true
        } catch {
            return false
        }
    }

    /// This process is about to stop: what has a connection goes on, nobody waits for a new one any more.
    package func leave() {
        queue.leave()
    }

    /// Refuses everything from now on; threads end after the transaction they are in.
    package func close() {
        let (timer, hasStarted) = state.withLock { state in
            defer {
                state.isClosed = true
                state.timer = nil
            }
            return (state.timer, state.hasStarted && !state.isClosed)
        }
        timer?.cancel()
        queue.close(workers: hasStarted ? configuration.poolSize : 0)
    }

    private func perform<Result: Sendable>(
        waitMax: Duration? = nil, _ body: @escaping @Sendable (Worker) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            submit(waitMax: waitMax) { worker in
                continuation.resume(with: Swift.Result { try body(worker) })
            } refuse: { error in
                continuation.resume(throwing: error)
            }
        }
    }

    /// Exactly one of the closures is called, once.
    func submit(
        waitMax: Duration? = nil, isUrgent: Bool = false, _ run: @escaping @Sendable (Worker) -> Void,
        refuse: @escaping @Sendable (DatabaseError) -> Void
    ) {
        startIfNeeded()
        let deadline = ContinuousClock.now + (waitMax ?? configuration.waitMax)
        queue.add(WorkQueue.Job(deadline: deadline, run: run, refuse: refuse), isUrgent: isUrgent)
    }

    private func startIfNeeded() {
        state.withLock { state in
            guard !state.hasStarted, !state.isClosed else { return }
            state.hasStarted = true
            for index in 0..<configuration.poolSize {
                workersBusy.enter()
                let thread = Thread { [configuration, queue, logger, workersBusy] in
                    Worker(configuration, queue: queue, busy: workersBusy, logger: logger).run()
                    workersBusy.leave()
                }
                thread.name = "database-\(index)"
                thread.start()
            }
            let timer = DispatchSource.makeTimerSource()
            timer.schedule(deadline: .now() + Self.expiryPeriod, repeating: Self.expiryPeriod)
            timer.setEventHandler { [queue] in queue.expire() }
            timer.resume()
            state.timer = timer
        }
    }
}

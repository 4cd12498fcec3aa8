import Bus
import Dispatch
import Foundation
import Synchronization

/// Hashes passwords on a few threads of its own: a hash takes a tenth of a second of a core and 32 MiB, and however many sign in
/// at once, everything else of the process goes on. Whoever waits, waits in a ``FairQueue``: a flood from one address is that address's.
package final class PasswordHasher: Sendable {
    /// For whom a hash is computed.
    package struct Turn: Sendable {
        package let lane: FairQueue<Job>.Lane
        package let source: String
        /// Whoever asked has gone by then, so it is not computed any more.
        package let deadline: ContinuousClock.Instant

        package init(_ lane: FairQueue<Job>.Lane, source: String, deadline: ContinuousClock.Instant = .now + .seconds(5)) {
            self.lane = lane
            self.source = source
            self.deadline = deadline
        }

        /// Somebody who has proved a right already, by being signed in or by a secret link.
        package static var own: Turn { Turn(.known, source: "own") }
    }

    package struct Job: Sendable {
        fileprivate let deadline: ContinuousClock.Instant
        fileprivate let run: @Sendable () -> Void
        fileprivate let refuse: @Sendable (BusError) -> Void
    }

    /// At once. With ``PasswordHash/Parameters/standard`` they hold 64 MiB together.
    package static let threads = 2
    /// Hashes that wait. At two per tenth of a second these are five seconds, the budget of a request; of more, whoever has most waiting
    /// is refused.
    package static let waitingMax = 100

    package let parameters: PasswordHash.Parameters
    private let queue = HashQueue(waitingMax: waitingMax)
    /// For e-mails that nobody has: checking it takes as long as a real one.
    private let decoy: PasswordHash

    package init(parameters: PasswordHash.Parameters = .standard) throws {
        self.parameters = parameters
        decoy = try PasswordHash(Array("nobody's password".utf8), parameters: parameters)
        for index in 0..<Self.threads {
            let thread = Thread { [queue] in
                while let job = queue.next() { job() }
            }
            thread.name = "password-\(index)"
            thread.start()
        }
    }

    deinit { queue.close(workers: Self.threads) }

    /// - Throws: ``BusError/overloaded(retryAfter:)``; ``BusError/deadlineExceeded``.
    package func hash(_ password: String, _ turn: Turn = .own) async throws -> String {
        let parameters = parameters
        return try await run(turn) { try PasswordHash(PasswordRules.bytes(password), parameters: parameters).text }
    }

    /// Costs one hash, whatever is given.
    /// - Parameter stored: nil, and any text that we cannot check, matches nothing.
    /// - Throws: ``BusError/overloaded(retryAfter:)``; ``BusError/deadlineExceeded``.
    package func matches(_ password: String, _ stored: String?, _ turn: Turn = .own) async throws -> Bool {
        let known = stored.flatMap(PasswordHash.init(text:))
        let hash = known ?? decoy
        let isMatch = try await run(turn) { try hash.matches(PasswordRules.bytes(password)) }
        return isMatch && known != nil
    }

    /// True if today's parameters are others than those of the hash.
    package func isOutdated(_ stored: String) -> Bool { PasswordHash(text: stored)?.parameters != parameters }

    private func run<Result: Sendable>(_ turn: Turn, _ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let job = Job(
                deadline: turn.deadline, run: { continuation.resume(with: Swift.Result { try work() }) },
                refuse: { continuation.resume(throwing: $0) })
            queue.add(job, of: turn.source, in: turn.lane)?.refuse(.overloaded(retryAfter: .seconds(1)))
        }
    }
}

/// Jobs for threads that wait for them.
private final class HashQueue: Sendable {
    private struct State {
        var waiting: FairQueue<PasswordHasher.Job>
        var isClosed = false
    }

    private let state: Mutex<State>
    private let arrivals = DispatchSemaphore(value: 0)

    init(waitingMax: Int) {
        state = Mutex(State(waiting: FairQueue(countMax: waitingMax)))
    }

    /// - Returns: the job that has to go for it, or itself.
    func add(_ job: PasswordHasher.Job, of source: String, in lane: FairQueue<PasswordHasher.Job>.Lane) -> PasswordHasher.Job? {
        let refused = state.withLock { $0.waiting.add(job, of: source, in: lane) }
        if refused == nil { arrivals.signal() }
        return refused
    }

    /// Blocks the thread.
    /// - Returns: nil when the queue is closed.
    func next() -> (@Sendable () -> Void)? {
        arrivals.wait()
        return state.withLock { state in
            guard !state.isClosed, let job = state.waiting.next() else { return nil }
            return job.deadline > .now ? job.run : { job.refuse(.deadlineExceeded) }
        }
    }

    func close(workers: Int) {
        state.withLock { $0.isClosed = true }
        for _ in 0..<workers { arrivals.signal() }
    }
}

import Bus
import Dispatch
import Foundation
import Synchronization

/// Hashes passwords on a few threads of its own: a hash takes a tenth of a second of a core and 32 MiB, and however many sign in
/// at once, everything else of the process goes on.
package final class PasswordHasher: Sendable {
    /// At once. With ``PasswordHash/Parameters/standard`` they hold 64 MiB together.
    package static let threads = 2
    /// Hashes that wait. At two per tenth of a second these are five seconds, the budget of a request; more are refused.
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

    /// - Throws: ``BusError/overloaded(retryAfter:)``.
    package func hash(_ password: String) async throws -> String {
        let parameters = parameters
        return try await run { try PasswordHash(PasswordRules.bytes(password), parameters: parameters).text }
    }

    /// Costs one hash, whatever is given.
    /// - Parameter stored: nil, and any text that we cannot check, matches nothing.
    /// - Throws: ``BusError/overloaded(retryAfter:)``.
    package func matches(_ password: String, _ stored: String?) async throws -> Bool {
        let known = stored.flatMap(PasswordHash.init(text:))
        let hash = known ?? decoy
        let isMatch = try await run { try hash.matches(PasswordRules.bytes(password)) }
        return isMatch && known != nil
    }

    /// True if today's parameters are others than those of the hash.
    package func isOutdated(_ stored: String) -> Bool { PasswordHash(text: stored)?.parameters != parameters }

    private func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let isAccepted = queue.add { continuation.resume(with: Swift.Result { try work() }) }
            if !isAccepted { continuation.resume(throwing: BusError.overloaded(retryAfter: .seconds(1))) }
        }
    }
}

/// Jobs in the order of their arrival, for threads that wait for them.
private final class HashQueue: Sendable {
    typealias Job = @Sendable () -> Void

    private struct State {
        var waiting: [Job] = []
        var isClosed = false
    }

    private let waitingMax: Int
    private let state = Mutex(State())
    private let arrivals = DispatchSemaphore(value: 0)

    init(waitingMax: Int) {
        self.waitingMax = waitingMax
    }

    /// - Returns: false if too many wait already.
    func add(_ job: @escaping Job) -> Bool {
        let isAccepted = state.withLock { state in
            guard state.waiting.count < waitingMax else { return false }
            state.waiting.append(job)
            return true
        }
        if isAccepted { arrivals.signal() }
        return isAccepted
    }

    /// Blocks the thread.
    /// - Returns: nil when the queue is closed.
    func next() -> Job? {
        arrivals.wait()
        return state.withLock { state in
            guard !state.isClosed, !state.waiting.isEmpty else { return nil }
            return state.waiting.removeFirst()
        }
    }

    func close(workers: Int) {
        state.withLock { $0.isClosed = true }
        for _ in 0..<workers { arrivals.signal() }
    }
}

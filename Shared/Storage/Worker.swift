import Dispatch
import Foundation
import Logging

/// A thread's half of the pool: owns one connection, takes one job after the other.
package final class Worker {
    private let configuration: DatabaseConfiguration
    private let queue: WorkQueue
    private let busy: DispatchGroup
    private let logger: Logger
    private var connection: Connection? {
        didSet {
            switch (oldValue == nil, connection == nil) {
            case (true, false): queue.workerConnected()
            case (false, true): queue.workerLostConnection()
            default: break
            }
        }
    }
    private var pause: Duration

    /// - Parameter busy: entered by the caller; left while this worker has neither a connection nor a job.
    init(_ configuration: DatabaseConfiguration, queue: WorkQueue, busy: DispatchGroup, logger: Logger) {
        self.configuration = configuration
        self.queue = queue
        self.busy = busy
        self.logger = logger
        pause = configuration.reconnectPause
    }

    func run() {
        loop: while true {
            switch queue.next() {
            case .closed: break loop
            case .nothing: continue
            case .job(let job):
                if isConnected {
                    job.run(self)
                } else {
                    // Others may run it meanwhile, and while it waits it can be refused.
                    queue.putBack(job)
                    connect()
                }
            }
        }
        connection = nil
    }

    /// Runs `body` and commits, on this thread.
    /// - Throws: what `body` threw, after ROLLBACK; ``DatabaseError``.
    func transaction<Result>(_ scope: Scope, _ body: (Transaction) throws -> Result) throws -> Result {
        let transaction = try begin(scope)
        defer { end(transaction) }
        let result = try body(transaction)
        try transaction.commit()
        return result
    }

    /// BEGIN, scope, statements and COMMIT in one round trip.
    func pipeline(_ scope: Scope, _ statements: [SQL]) throws -> [Rows] {
        let transaction = try begin(scope)
        defer { end(transaction) }
        return try transaction.commit(statements)
    }

    private func begin(_ scope: Scope) throws -> Transaction {
        guard prepareConnection(), let connection else { throw DatabaseError.unavailable("no connection") }
        return Transaction(on: connection, scope: scope)
    }

    private func end(_ transaction: Transaction) {
        transaction.rollBack()
        if transaction.isConnectionStale { connection = nil }
    }

    /// Finds out without asking the server.
    private var isConnected: Bool {
        connection?.checkIdle()
        if let connection, !connection.isLost { return true }
        connection = nil
        return false
    }

    /// Goes on until there is a connection, or nobody needs one any more.
    private func connect() {
        busy.leave()
        defer { busy.enter() }
        while !queue.isClosed, !prepareConnection() { rest() }
    }

    /// - Returns: false if the database cannot be reached now.
    private func prepareConnection() -> Bool {
        if isConnected { return true }
        do {
            connection = try Connection(configuration)
            pause = configuration.reconnectPause
            return true
        } catch {
            queue.workerCouldNotConnect()
            logger.warning("The database cannot be reached", metadata: ["reason": "\(error)"])
            return false
        }
    }

    /// Half of the pause is fixed, half is chance, so that a pool does not knock in step.
    private func rest() {
        let half = pause.milliseconds / 2
        Thread.sleep(forTimeInterval: Double(half + Int64.random(in: 0...max(1, half))) / 1000)
        pause = min(pause * 2, configuration.reconnectPauseMax)
    }
}

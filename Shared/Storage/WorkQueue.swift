import Dispatch
import Synchronization

/// Jobs that wait for a connection: bounded in number and in time. While no connection can be made they are refused at once, so that
/// whoever asks is told long before its own time is up.
package final class WorkQueue: Sendable {
    package struct Job: Sendable {
        package let deadline: ContinuousClock.Instant
        /// Runs on the connection's thread.
        package let run: @Sendable (Worker) -> Void
        /// Called instead of `run`, once.
        package let refuse: @Sendable (DatabaseError) -> Void

        package init(
            deadline: ContinuousClock.Instant, run: @escaping @Sendable (Worker) -> Void,
            refuse: @escaping @Sendable (DatabaseError) -> Void
        ) {
            self.deadline = deadline
            self.run = run
            self.refuse = refuse
        }
    }

    private struct State {
        /// Group commit's lanes: few, and each carries many commands. They take turns with the others, so neither starves.
        var urgent: [Job] = []
        var ordinary: [Job] = []
        var wasUrgent = false
        var isClosed = false
        var isLeaving = false
        var connectedWorkers = 0
        /// Since when every attempt to connect has failed; nil while a worker is connected, and before the first failure.
        var failingSince: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    private let arrivals = DispatchSemaphore(value: 0)
    private let waitingMax: Int
    private let unreachablePatience: Duration

    package init(waitingMax: Int, unreachablePatience: Duration) {
        self.waitingMax = waitingMax
        self.unreachablePatience = unreachablePatience
    }

    package func workerConnected() {
        state.withLock { state in
            state.connectedWorkers += 1
            state.failingSince = nil
        }
    }

    package func workerLostConnection() {
        state.withLock { $0.connectedWorkers -= 1 }
    }

    package func workerCouldNotConnect(now: ContinuousClock.Instant = .now) {
        state.withLock { state in
            if state.connectedWorkers == 0, state.failingSince == nil { state.failingSince = now }
        }
    }

    /// From now on nobody waits for a connection that is yet to be made.
    func leave() {
        state.withLock { $0.isLeaving = true }
        expire()
    }

    private func isUnreachable(_ state: State, now: ContinuousClock.Instant) -> Bool {
        if state.isLeaving, state.connectedWorkers == 0 { return true }
        return state.failingSince.map { now - $0 >= unreachablePatience } ?? false
    }

    private static let unreachable = DatabaseError.unavailable("the database cannot be reached")

    /// Never waits. Refuses the job at once when the queue is full or closed.
    package func add(_ job: Job, isUrgent: Bool = false, now: ContinuousClock.Instant = .now) {
        let refusal = state.withLock { state -> DatabaseError? in
            if state.isClosed { return .unavailable("the database is closed") }
            if isUnreachable(state, now: now) { return Self.unreachable }
            if isUrgent {
                state.urgent.append(job)
            } else if state.ordinary.count < waitingMax {
                state.ordinary.append(job)
            } else {
                return .unavailable("\(waitingMax) jobs wait for a connection")
            }
            return nil
        }
        if let refusal { job.refuse(refusal) } else { arrivals.signal() }
    }

    /// Puts a job back to the front that its worker could not begin.
    package func putBack(_ job: Job) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.urgent.insert(job, at: 0) }
            return state.isClosed
        }
        if isClosed { job.refuse(.unavailable("the database is closed")) } else { arrivals.signal() }
    }

    package enum Next {
        case job(Job)
        case nothing
        case closed
    }

    /// Blocks the calling thread until there may be something to do.
    package func next() -> Next {
        arrivals.wait()
        return state.withLock { state in
            let isUrgent = state.ordinary.isEmpty || !state.wasUrgent
            state.wasUrgent = false
            if isUrgent, !state.urgent.isEmpty {
                state.wasUrgent = true
                return .job(state.urgent.removeFirst())
            }
            if !state.ordinary.isEmpty { return .job(state.ordinary.removeFirst()) }
            return state.isClosed ? .closed : .nothing
        }
    }

    /// Refuses what has waited too long, and everything while the database cannot be reached.
    package func expire(now: ContinuousClock.Instant = .now) {
        let (late, reason) = state.withLock { state in
            if isUnreachable(state, now: now) {
                defer { (state.urgent, state.ordinary) = ([], []) }
                return (state.urgent + state.ordinary, Self.unreachable)
            }
            var late: [Job] = []
            func keep(_ job: Job) -> Bool {
                if job.deadline > now { return true }
                late.append(job)
                return false
            }
            state.urgent = state.urgent.filter(keep)
            state.ordinary = state.ordinary.filter(keep)
            return (late, .unavailable("no connection became free in time"))
        }
        for job in late { job.refuse(reason) }
    }

    package var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Refuses what waits and wakes all workers for the last time.
    package func close(workers: Int) {
        let waiting = state.withLock { state in
            defer {
                state.isClosed = true
                state.urgent = []
                state.ordinary = []
            }
            return state.urgent + state.ordinary
        }
        for job in waiting { job.refuse(.unavailable("the database is closed")) }
        for _ in 0..<workers { arrivals.signal() }
    }
}

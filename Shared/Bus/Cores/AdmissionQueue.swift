/// Lets a bounded number of requests run, a bounded number wait, and refuses the rest at once. No tasks, no clock.
package struct AdmissionQueue<Work: Sendable>: Sendable {
    package struct Limits: Sendable {
        /// Requests whose handlers run. They mostly wait for the database, whose pool has its own limit.
        package var runningMax = 512
        /// Requests that wait to run. At 20,000 per second they wait 50 ms.
        package var waitingMax = 1024
        /// What a refused asker is told to wait.
        package var retryAfter: Duration = .milliseconds(100)

        package init() {}
    }

    package enum Verdict {
        case run(Work)
        case wait
        case overloaded(retryAfter: Duration)
    }

    package let limits: Limits
    package private(set) var running = 0
    /// Work whose budget went by while it waited.
    package private(set) var expired = 0
    private var waiting: [(work: Work, deadline: ContinuousClock.Instant)] = []
    private var first = 0

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    package var waitingCount: Int { waiting.count - first }

    package mutating func arrived(_ work: Work, deadline: ContinuousClock.Instant) -> Verdict {
        if running < limits.runningMax {
            running += 1
            return .run(work)
        }
        guard waitingCount < limits.waitingMax else { return .overloaded(retryAfter: limits.retryAfter) }
        waiting.append((work, deadline))
        return .wait
    }

    /// One that ran is done.
    /// - Returns: the next one to run. Those that nobody waits for any more are dropped.
    package mutating func finished(now: ContinuousClock.Instant) -> Work? {
        running -= 1
        while first < waiting.count {
            let (work, deadline) = waiting[first]
            first += 1
            if first >= 256 || first == waiting.count {
                waiting.removeFirst(first)
                first = 0
            }
            if deadline > now {
                running += 1
                return work
            }
            expired += 1
        }
        return nil
    }
}

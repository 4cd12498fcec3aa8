import Foundation

/// One process that shall run: started, watched, started again when it ends, until it is told to stop.
package actor SupervisedProcess {
    /// Starts in a row that never came to readiness; then the caller of ``awaitReady(within:)`` is told instead of waiting on.
    package static let failedStartsMax = 5
    /// How often a process that starts is asked whether it is ready.
    static let askEvery = Duration.milliseconds(25)
    /// How often a process that was ready is looked at.
    static let lookEvery = Duration.seconds(1)

    package struct Plan: Sendable {
        package let service: String
        package let replica: Int
        /// Where its health is served; nil for PostgreSQL.
        package let health: String?
        package let launch: ChildProcess.Launch
        package let stopSignal: Int32
        package let isReady: @Sendable (pid_t) async -> Bool

        package init(
            service: String, replica: Int, health: String?, launch: ChildProcess.Launch, stopSignal: Int32 = SIGTERM,
            isReady: @escaping @Sendable (pid_t) async -> Bool
        ) {
            self.service = service
            self.replica = replica
            self.health = health
            self.launch = launch
            self.stopSignal = stopSignal
            self.isReady = isReady
        }

        package var name: String { "\(service)-\(replica)" }
    }

    /// What others may know of it.
    package struct Facts: Sendable, Equatable {
        /// 0 before its first life.
        package let pid: pid_t
        package let ready: Bool
        package let restarts: Int
    }

    package nonisolated let plan: Plan
    private let log: RotatingLog
    private let echo: (@Sendable (String) -> Void)?
    private let progress: Progress
    private let changed: @Sendable () async -> Void

    private var child: ChildProcess?
    private var readySince: ContinuousClock.Instant?
    private var wasReady = false
    private var starts = 0
    private var failedStarts = 0
    private var lastTrouble = ""
    private var stopping = false
    private var supervision: Task<Void, Never>?

    /// - Parameters:
    ///   - echo: gets each line of its log too.
    ///   - changed: called when pid or readiness changed.
    package init(
        _ plan: Plan, log: RotatingLog, echo: (@Sendable (String) -> Void)? = nil, progress: Progress,
        changed: @escaping @Sendable () async -> Void
    ) {
        self.plan = plan
        self.log = log
        self.echo = echo
        self.progress = progress
        self.changed = changed
    }

    package func start() {
        precondition(supervision == nil, "a process is started once")
        supervision = Task { await supervise() }
    }

    package var facts: Facts {
        Facts(pid: child?.pid ?? 0, ready: readySince != nil, restarts: max(0, starts - 1))
    }

    package func awaitReady(within limit: Duration) async throws {
        let deadline = ContinuousClock.now + limit
        while readySince == nil {
            guard failedStarts < Self.failedStartsMax else {
                throw OperatorError("\(plan.name) does not start: \(lastTrouble)\n\(log.tail())\nThe whole log: \(log.path)")
            }
            guard ContinuousClock.now < deadline else {
                throw OperatorError("\(plan.name) runs, but is not ready after \(limit.tenths).\n\(log.tail())\nThe whole log: \(log.path)")
            }
            try await Task.sleep(for: Self.askEvery)
        }
    }

    /// Asks it to end and waits; what is left at the deadline is killed.
    package func stop(by deadline: ContinuousClock.Instant) async {
        stopping = true
        supervision?.cancel()
        guard let child, !child.hasEnded else { return }
        child.signal(plan.stopSignal)
        if await child.ended(within: deadline - .now) { return }
        progress.warning("\(plan.name) did not stop in time and was killed")
        kill()
        _ = await child.ended()
    }

    package func kill() {
        stopping = true
        supervision?.cancel()
        child?.signal(plan.stopSignal == SIGTERM ? SIGKILL : SIGQUIT)
    }

    private func supervise() async {
        var backoff = RestartBackoff()
        while !stopping {
            let ending: String
            do {
                starts += 1
                let child = try await ChildProcess.start(plan.launch, output: output)
                self.child = child
                if stopping { child.signal(plan.stopSignal) }
                await changed()
                let watching = Task { await watch(child) }
                ending = "ended with \(await child.ended())"
                watching.cancel()
            } catch {
                ending = "could not be started: \(error)"
            }
            let healthyFor = readySince.map { $0.duration(to: .now) } ?? .zero
            if readySince == nil { failedStarts += 1 }
            readySince = nil
            lastTrouble = ending
            if stopping { break }
            let delay = backoff.delay(healthyFor: healthyFor)
            progress.warning("\(plan.name) \(ending); it is started again in \(delay.tenths)")
            await changed()
            do { try await Task.sleep(for: delay) } catch { break }  // told to stop
        }
        await changed()
    }

    /// Until it ends: how readiness comes and goes.
    private func watch(_ child: ChildProcess) async {
        let started = ContinuousClock.now
        while !Task.isCancelled, !child.hasEnded {
            let ready = await plan.isReady(child.pid)
            guard self.child === child, !child.hasEnded else { return }
            if ready, readySince == nil {
                readySince = .now
                failedStarts = 0
                if wasReady { progress.step("\(plan.name) is ready again after \(started.duration(to: .now).tenths)") }
                wasReady = true
                await changed()
            } else if !ready, readySince != nil {
                readySince = nil
                if !stopping { progress.warning("\(plan.name) is not ready") }
                await changed()
            }
            do { try await Task.sleep(for: readySince == nil ? Self.askEvery : Self.lookEvery) } catch { return }
        }
    }

    private var output: @Sendable (UnsafeRawBufferPointer) -> Void {
        let (log, echo, name) = (log, echo, plan.name)
        return { bytes in
            log.append(bytes)
            guard let echo else { return }
            for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") { echo("\(name) | \(line)") }
        }
    }
}

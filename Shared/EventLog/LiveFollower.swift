import Bus
import Contracts
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// Hears a stream live, from its head on: each event once, in order within its partition; ephemera as they come. The position is
/// in memory, so after a restart it begins at the head again, and whoever hangs on it must resume by its own means.
package final class LiveFollower: Service, Sendable {
    private struct PartitionState: Sendable {
        var core: ConsumerCore
        /// The core was replaced; `reset` is due once the new one knows where the head is.
        var mustReset = false
    }

    private struct Liveness: Sendable {
        var waitsFor: Set<Int>
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastWaiter = 0
    }

    package let stream: StreamName
    private let bus: any Bus
    private let logger: Logger
    private let limits: ConsumerCore.Limits
    private let handler: @Sendable (Delivery) -> Void
    private let reset: @Sendable () -> Void
    private let partitions: [Guarded<PartitionState>]
    private let timer = DeadlineTimer()
    private let liveness: Mutex<Liveness>
    private let isStopped = Mutex(false)

    /// - Parameters:
    ///   - handler: events in order within their partition, and ephemera. Called on the bus's thread: must be quick and not block.
    ///   - reset: the log's history broke; events may be missing. Everybody resumes from the database. Called when the follower
    ///     is live again.
    package init(
        stream: StreamName, bus: any Bus, logger: Logger, limits: ConsumerCore.Limits = ConsumerCore.Limits(),
        handler: @escaping @Sendable (Delivery) -> Void, reset: @escaping @Sendable () -> Void
    ) {
        self.stream = stream
        self.bus = bus
        self.logger = logger
        self.limits = limits
        self.handler = handler
        self.reset = reset
        partitions = (0..<Partitioning.partitionCount).map { partition in
            Guarded(PartitionState(core: ConsumerCore(stream: stream, partition: partition, start: .atHead, limits: limits, now: .now)))
        }
        liveness = Mutex(Liveness(waitsFor: Set(0..<Partitioning.partitionCount)))
    }

    package func run() async throws {
        timer.start { [weak self] in self?.driveAll() }
        bus.subscribe(to: stream) { [weak self] delivery in self?.received(delivery) }
        driveAll()
        do {
            try await gracefulShutdown()
        } catch is CancellationError {
            // Stopping is the same however we are asked to.
        }
        isStopped.withLock { $0 = true }
        timer.stop()
        resumeWaiters()
    }

    /// True once the head of every partition is known: from then on nothing is missed, and reading history closes the rest.
    package var isLive: Bool { liveness.withLock { $0.waitsFor.isEmpty } }

    /// Waits for ``isLive``, or for the follower's end.
    /// - Parameter patience: how long at most: the stream's service may be away. nil waits for as long as it takes.
    /// - Returns: ``isLive``.
    @discardableResult
    package func waitUntilLive(within patience: Duration? = nil) async -> Bool {
        await withCheckedContinuation { continuation in
            let isDone = isStopped.withLock { $0 }
            let waiter = liveness.withLock { liveness -> Int? in
                if liveness.waitsFor.isEmpty || isDone { return nil }
                liveness.lastWaiter += 1
                liveness.waiters[liveness.lastWaiter] = continuation
                return liveness.lastWaiter
            }
            guard let waiter else { return continuation.resume() }
            guard let patience else { return }
            Task {
                try? await Task.sleep(for: patience)
                liveness.withLock { $0.waiters.removeValue(forKey: waiter) }?.resume()
            }
        }
        return isLive
    }

    /// For metrics.
    package func snapshot() -> ConsumerSnapshot {
        ConsumerSnapshot(
            stream: stream,
            partitions: partitions.enumerated().map { index, state in
                state.value.withLock {
                    ConsumerSnapshot.Partition(
                        partition: index, position: $0.core.position, lag: $0.core.lag, counters: $0.core.counters, stall: $0.core.stall)
                }
            },
            parked: 0, yielded: 0, failed: 0)
    }

    private func received(_ delivery: Delivery) {
        switch delivery {
        case .event(let event):
            guard partitions.indices.contains(event.header.partition) else { return }
            drive(event.header.partition) { state, now in state.core.received(event, now: now) }
        case .beacon(let beacon):
            for (partition, head) in beacon.heads.enumerated() where partitions.indices.contains(partition) {
                drive(partition) { state, now in state.core.received(head: head, epoch: beacon.epoch, now: now) }
            }
        case .ephemeral:
            handler(delivery)
        }
    }

    private func driveAll() {
        for partition in partitions.indices { drive(partition) { _, _ in } }
    }

    private func drive(_ partition: Int, _ input: (inout PartitionState, ContinuousClock.Instant) -> Void) {
        if isStopped.withLock({ $0 }) { return }
        let now = ContinuousClock.now
        var actions: [ConsumerCore.Action] = []
        let (deadline, becameLive, resets) = partitions[partition].value.withLock { state in
            let wasPlaced = state.core.position != nil
            input(&state, now)
            while let action = state.core.next(now: now) { actions.append(action) }
            let isPlaced = state.core.position != nil
            let resets = state.mustReset && isPlaced
            if resets { state.mustReset = false }
            return (state.core.deadline, !wasPlaced && isPlaced, resets)
        }
        if becameLive { placed(partition) }
        if resets { reset() }
        for action in actions { perform(action, partition) }
        timer.wake(at: deadline)
    }

    private func perform(_ action: ConsumerCore.Action, _ partition: Int) {
        switch action {
        case .fetch(let request):
            Task {
                do {
                    let answer = try await bus.fetch(request)
                    drive(partition) { state, now in state.core.fetched(answer, to: request, now: now) }
                } catch {
                    drive(partition) { state, now in state.core.fetchFailed(now: now) }
                }
            }
        case .apply(let events):
            // Until it is told that they are applied, the core hands out no others: so they stay in order.
            for event in events {
                handler(.event(event))
                if let trace = SampledTrace(event.header.traceparent) {
                    logger.info("an event was handed on", metadata: event.logged(trace))
                }
            }
            guard let last = events.last else { return }
            drive(partition) { state, now in state.core.applied(through: LogPosition(through: last), now: now) }
        case .readCursor:
            // Only cores that start at a cursor ask for it.
            drive(partition) { state, now in
                if let position = state.core.position { state.core.cursorFound(at: position, now: now) }
            }
        case .stalled(let stall):
            logger.error(
                "The log is not the one that was followed; following it from its head",
                metadata: ["stream": "\(stream)", "partition": "\(partition)", "reason": "\(stall)"])
            drive(partition) { state, now in
                state.core = ConsumerCore(stream: stream, partition: partition, start: .atHead, limits: limits, now: now)
                state.mustReset = true
            }
        }
    }

    private func placed(_ partition: Int) {
        let isLive = liveness.withLock { liveness in
            liveness.waitsFor.remove(partition)
            return liveness.waitsFor.isEmpty
        }
        if isLive { resumeWaiters() }
    }

    private func resumeWaiters() {
        let waiters = liveness.withLock { liveness in
            defer { liveness.waiters = [:] }
            return liveness.waiters.values
        }
        for waiter in waiters { waiter.resume() }
    }
}

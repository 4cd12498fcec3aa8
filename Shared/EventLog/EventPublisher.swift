import Bus
import Contracts
import Foundation
import Logging
import ServiceLifecycle
import Storage
import Synchronization

/// Writes a service's events into its log and says them on the bus after COMMIT. One per service and process.
///
/// The log decides what happened; what is published are hints. Beacons, whose heads are read from the database, reveal what a
/// lost frame, an unknown commit or a dead sibling left unsaid.
package final class EventPublisher: Service, Sendable {
    package let stream: StreamName
    let database: Database
    let logger: Logger
    let retention: LogRetention
    let fetches = Mutex(0)
    private let bus: any Bus
    private let core: Mutex<PublisherCore>
    private let published = Mutex(0)

    package init(
        stream: StreamName, database: Database, bus: any Bus, logger: Logger, retention: LogRetention = LogRetention(),
        limits: PublisherCore.Limits = PublisherCore.Limits()
    ) {
        self.stream = stream
        self.database = database
        self.bus = bus
        self.logger = logger
        self.retention = retention
        core = Mutex(PublisherCore(stream: stream, limits: limits, now: .now))
    }

    // MARK: - Writing

    /// Locks the partitions of these keys, in ascending order: the first thing that a writing batch does.
    package func lock(_ keys: some Collection<UUID>, in transaction: Transaction) throws -> LockedPartitions {
        try adopt(try transaction.query(lockStatement(for: keys)), in: transaction)
    }

    /// The same for a pipeline: send this before anything that locks another row, then ``adopt(_:in:)`` what it returned.
    package func lockStatement(for keys: some Collection<UUID>) -> SQL {
        let parts = Set(keys.map { partition(of: $0) }).sorted()
        // The clock is read outside, after each row's lock was granted.
        return """
            SELECT part, epoch, last_seq, clock_timestamp() AS now
              FROM (SELECT part, epoch, last_seq FROM \(identifier: stream.schema).stream_head
                     WHERE part = ANY(\(parts)) ORDER BY part FOR UPDATE) AS locked
            """
    }

    /// - Parameter rows: what ``lockStatement(for:)`` returned in this transaction.
    package func adopt(_ rows: Rows, in transaction: Transaction) throws -> LockedPartitions {
        let appended = try AppendedEvents(stream: stream, rows: rows)
        transaction.beforeCommit { [self] in
            let frames = appended.frames
            if !frames.isEmpty {
                transaction.afterCommit { self.publish(frames) }
                transaction.afterUnknownCommit { self.core.withLock { $0.commitUnknown() } }
            }
            return appended.statements
        }
        return LockedPartitions(appended: appended)
    }

    /// Numbers the events; they are written with COMMIT and published after it.
    /// - Throws: ``EventLogError/partitionNotLocked(_:)``.
    package func append(_ events: [NewEvent], to locked: inout LockedPartitions, in transaction: Transaction) throws {
        try locked.appended.append(events)
    }

    private func publish(_ frames: [EventFrame]) {
        for frame in core.withLock({ $0.committed(frames) }) { bus.publish(.event(frame)) }
        published.withLock { $0 += frames.count }
    }

    /// Events said since the start of this process.
    package var publishedCount: Int { published.withLock { $0 } }

    // MARK: - Running

    /// Says how far the log has come, and trims it. Says it once more when it stops.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                group.addTask { await self.sayHeads() }
                group.addTask { await self.trimNowAndThen() }
            }
        }
        await sayHeadsOnce()
    }

    private func sayHeads() async {
        while !Task.isCancelled {
            let now = ContinuousClock.now
            let (action, limits) = core.withLock { ($0.next(now: now), $0.limits) }
            if action != nil { await sayHeadsOnce() }
            // A commit may bring the next beacon forward; so look again at the shorter period.
            let deadline = core.withLock { $0.deadline } ?? now
            await pause(until: min(max(deadline, now), now + limits.beaconWhenMoved))
        }
    }

    private func sayHeadsOnce() async {
        do {
            let heads = try await LogInspection.heads(of: stream, in: database)
            let beacon = core.withLock { $0.headsRead(epoch: heads.epoch, heads: heads.sequences, now: .now) }
            bus.publish(.beacon(beacon))
        } catch {
            logger.debug("The log's heads could not be read", metadata: ["reason": "\(error)"])
            core.withLock { $0.headsUnavailable(now: .now) }
        }
    }

    /// Returns early when the task is cancelled.
    func pause(until instant: ContinuousClock.Instant) async {
        do {
            try await Task.sleep(until: instant, clock: .continuous)
        } catch {
            // Cancelled: the loop sees it.
        }
    }
}

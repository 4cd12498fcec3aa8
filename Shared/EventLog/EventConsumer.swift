import Bus
import Contracts
import Foundation
import Logging
import ServiceLifecycle
import Storage
import Synchronization

/// Hears a stream and keeps its effects in this service's own database: each event's effect happens once, because its cursor
/// moves in the same transaction.
///
/// Any number of replicas may run it. They share the partitions through the cursor rows: who locks one applies; who finds it
/// locked, or finds the work done, waits a while, so that a partition tends to stay where it is.
///
/// Deliveries arrive on the bus's thread and are handed to the pure core under a short lock; everything else happens on the
/// database's threads. What may wait is bounded by ``ConsumerCore/Limits`` per partition.
package final class EventConsumer: Service, Sendable {
    /// How long a replica leaves a partition to the one that has it; twice that at most, by chance.
    static let yieldPause = Duration.milliseconds(50)
    /// Pause after trouble that lies with the database and not with the event.
    static let troublePause = Duration.milliseconds(200)
    /// How often the publisher is told how far we have come, and parked events are looked at that are to be tried again. The
    /// publisher trims by the minute, so this is plenty.
    static let acknowledgePeriod = Duration.seconds(2)

    struct PartitionState: Sendable {
        var core: ConsumerCore
        var poison = PoisonPolicy()
        var passedOver: PassedOver?
    }

    struct Counts: Sendable {
        var parked = 0
        var yielded = 0
        var failed = 0
    }

    package let stream: StreamName
    package let consumer: ServiceName
    let database: Database
    let logger: Logger
    let apply: @Sendable ([EventFrame], Transaction) throws -> Void
    private let subjects: Set<Subject>?
    let counts = Mutex(Counts())
    private let bus: any Bus
    private let partitions: [Guarded<PartitionState>]
    private let timer = DeadlineTimer()
    private let isStopped = Mutex(false)

    /// - Parameters:
    ///   - stream: what is heard.
    ///   - consumer: this service, whose schema holds the cursor.
    ///   - subjects: those that have an effect here; batches without any are passed over. nil: all.
    ///   - apply: does the effect of events of one partition, in order, inside the transaction that moves the cursor. Ignores
    ///     subjects it has no use for. Runs again after ROLLBACK; what it throws makes the events poison.
    package init(
        stream: StreamName, consumer: ServiceName, subjects: Set<Subject>? = nil, database: Database, bus: any Bus, logger: Logger,
        limits: ConsumerCore.Limits = ConsumerCore.Limits(), apply: @escaping @Sendable ([EventFrame], Transaction) throws -> Void
    ) {
        self.stream = stream
        self.consumer = consumer
        self.subjects = subjects
        self.database = database
        self.bus = bus
        self.logger = logger
        self.apply = apply
        partitions = (0..<Partitioning.partitionCount).map { partition in
            Guarded(PartitionState(core: ConsumerCore(stream: stream, partition: partition, start: .atCursor, limits: limits, now: .now)))
        }
    }

    // MARK: - Running

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await self.prepareCursors()
            guard !Task.isCancelled else { return }
            self.start()
            await withTaskGroup { group in
                if self.subjects != nil { group.addTask { await self.savePassedOverNowAndThen() } }
                while !Task.isCancelled {
                    await self.acknowledge()
                    await self.retryParked()
                    await self.pause(Self.acknowledgePeriod)
                }
            }
        }
        await savePassedOver()
        isStopped.withLock { $0 = true }
        timer.stop()
    }

    private func start() {
        timer.start { [weak self] in self?.driveAll() }
        bus.subscribe(to: stream) { [weak self] delivery in self?.received(delivery) }
        driveAll()
    }

    /// A cursor row per partition, at the beginning of the log. Tries until the database is there.
    private func prepareCursors() async {
        while !Task.isCancelled {
            do {
                let parts = Array(0..<Partitioning.partitionCount)
                _ = try await database.query(
                    .none,
                    """
                    INSERT INTO \(schema).cursor (stream, part)
                    SELECT \(stream), part FROM unnest(\(parts)) AS part ON CONFLICT DO NOTHING
                    """)
                return
            } catch {
                logger.warning("The cursors cannot be prepared yet", metadata: ["reason": "\(error)"])
                await pause(Self.troublePause)
            }
        }
    }

    private func acknowledge() async {
        do {
            let cursors = try await LogInspection.cursors(of: consumer, in: stream, from: database)
            let positions = cursors.map {
                AcknowledgePositions.Position(partition: $0.key, epoch: $0.value.epoch, sequence: $0.value.sequence)
            }
            let envelope = RequestEnvelope(
                subject: AcknowledgePositions.subject, key: .random(), budget: Self.acknowledgePeriod, clientID: nil, traceparent: nil,
                payload: try JSON.encode(AcknowledgePositions(consumer: consumer, positions: positions)))
            _ = try await bus.request(envelope, to: stream)
        } catch {
            // Costs disk on the other side, nothing else; the next one says it all again.
            logger.debug("The positions could not be acknowledged", metadata: ["stream": "\(stream)", "reason": "\(error)"])
        }
    }

    private func retryParked() async {
        let retry = ParkedRetry(consumer: self)
        do {
            let wanted = try await database.transaction(.none) { transaction in try retry.wanted(in: transaction) }
            for (part, key) in wanted { await retryParked(retry, part: part, key: key) }
        } catch {
            logger.debug("Parked events could not be looked at", metadata: ["stream": "\(stream)", "reason": "\(Self.reason(error))"])
        }
    }

    /// What cannot be tried now keeps no other key waiting, and is tried next time.
    private func retryParked(_ retry: ParkedRetry, part: Int, key: UUID) async {
        do {
            do {
                let outcome = try await database.transaction(.none) { transaction in try retry.run(part: part, key: key, in: transaction) }
                logger.notice(
                    "Parked events were tried again",
                    metadata: ["stream": "\(stream)", "partition": "\(part)", "key": "\(key)", "outcome": "\(outcome)"])
            } catch  where !Self.isTrouble(error) {
                _ = try await database.query(.none, retry.giveUp(part: part, key: key, reason: Self.reason(error)))
            }
        } catch {
            logger.debug("A parked key could not be tried", metadata: ["stream": "\(stream)", "reason": "\(Self.reason(error))"])
        }
    }

    private func savePassedOverNowAndThen() async {
        while !Task.isCancelled {
            await pause(Self.passedOverPeriod)
            await savePassedOver()
        }
    }

    /// What cannot be saved now is passed over again after a restart, or saved with what comes next.
    private func savePassedOver() async {
        let passed = partitions.enumerated().compactMap { index, state in
            state.value.withLock { $0.passedOver?.unsaved }.map { (partition: index, from: $0.from, through: $0.through) }
        }
        guard !passed.isEmpty else { return }
        do {
            let results = try await database.pipeline(
                .none,
                [
                    saveCursor(of: passed),
                    "SELECT part, seq FROM \(schema).cursor WHERE stream = \(stream) AND part = ANY(\(passed.map(\.partition)))",
                ])
            for row in results[1] {
                let (part, sequence): (Int, Int64) = (try row["part"], try row["seq"])
                guard let moved = passed.first(where: { $0.partition == part }) else { continue }
                partitions[part].value.withLock { $0.passedOver?.found(at: sequence, afterMovingTo: moved.through) }
            }
        } catch {
            logger.debug("The cursors could not be moved", metadata: ["stream": "\(stream)", "reason": "\(Self.reason(error))"])
        }
    }

    private func pause(_ duration: Duration) async {
        do {
            try await Task.sleep(for: duration)
        } catch {
            // Cancelled: the loop sees it.
        }
    }

    // MARK: - Driving the cores

    private func received(_ delivery: Delivery) {
        switch delivery {
        case .event(let event):
            guard partitions.indices.contains(event.header.partition) else { return }
            drive(event.header.partition) { core, now in core.received(event, now: now) }
        case .beacon(let beacon):
            for (partition, head) in beacon.heads.enumerated() where partitions.indices.contains(partition) {
                drive(partition) { core, now in core.received(head: head, epoch: beacon.epoch, now: now) }
            }
        case .ephemeral: break
        }
    }

    private func driveAll() {
        for partition in partitions.indices { drive(partition) { _, _ in } }
    }

    /// Tells the core what happened and does what it then asks for. Never blocks.
    private func drive(_ partition: Int, _ input: (inout ConsumerCore, ContinuousClock.Instant) -> Void) {
        if isStopped.withLock({ $0 }) { return }
        let now = ContinuousClock.now
        var actions: [ConsumerCore.Action] = []
        let deadline = partitions[partition].value.withLock { state in
            input(&state.core, now)
            while let action = state.core.next(now: now) { actions.append(action) }
            return state.core.deadline
        }
        for action in actions { perform(action, partition) }
        timer.wake(at: deadline)
    }

    private func perform(_ action: ConsumerCore.Action, _ partition: Int) {
        switch action {
        case .fetch(let request):
            Task {
                do {
                    let answer = try await bus.fetch(request)
                    drive(partition) { core, now in core.fetched(answer, to: request, now: now) }
                } catch {
                    drive(partition) { core, now in core.fetchFailed(now: now) }
                }
            }
        case .apply(let events): apply(events, partition)
        case .readCursor: readCursor(partition)
        case .stalled(let stall):
            logger.error(
                "A partition stands still: its log is not the one that was followed",
                metadata: ["stream": "\(stream)", "partition": "\(partition)", "reason": "\(stall)"])
        }
    }

    private func readCursor(_ partition: Int) {
        let sql: SQL = "SELECT epoch, seq FROM \(schema).cursor WHERE stream = \(stream) AND part = \(partition)"
        database.transaction(.none) { transaction in
            let rows = try transaction.query(sql)
            return LogPosition(epoch: try rows.first?["epoch"], sequence: try rows.first?["seq"] ?? 0)
        } completion: { [weak self] result in
            guard let self else { return }
            if case .success = result { partitions[partition].value.withLock { $0.passedOver = nil } }
            drive(partition) { core, now in
                switch result {
                case .success(let position): core.cursorFound(at: position, now: now)
                case .failure: core.applyFailed(retryAfter: Self.troublePause, now: now)
                }
            }
        }
    }

    // MARK: - Applying

    private func apply(_ batch: [EventFrame], _ partition: Int) {
        let (first, last) = (batch[0].header.partitionSequence, batch[batch.count - 1].header.partitionSequence)
        let (step, passed) = partitions[partition].value.withLock { ($0.poison.step(first: first), $0.passedOver) }
        if step == .wholeBatch, let subjects, !batch.contains(where: { subjects.contains($0.header.subject) }) {
            let position = LogPosition(through: batch[batch.count - 1])
            partitions[partition].value.withLock { $0.passedOver = PassedOver(batch, after: passed) }
            return drive(partition) { core, now in core.applied(through: position, now: now) }
        }
        let events = step == .wholeBatch ? batch : [batch[0]]
        database.transaction(.none) { [self] transaction in
            try BatchApplication(consumer: self, events: events, step: step, passedFrom: passed?.from).run(in: transaction)
        } completion: { [weak self] result in
            if case .success(.applied(_, parked: 0)) = result { self?.logSampled(events) }
            self?.finished(result, step: step, partition, last: last)
        }
    }

    private func finished(_ result: Result<BatchApplication.Outcome, any Error>, step: PoisonPolicy.Step, _ partition: Int, last: Int64) {
        switch result {
        case .success(.applied(let position, let parked)):
            if parked > 0 {
                counts.withLock { $0.parked += parked }
                logger.error(
                    "Events could not be applied and were put aside",
                    metadata: ["stream": "\(stream)", "partition": "\(partition)", "count": "\(parked)"])
            }
            partitions[partition].value.withLock {
                $0.poison.succeeded(through: position.sequence)
                $0.passedOver = nil
            }
            drive(partition) { core, now in core.applied(through: position, now: now) }
        case .success(.cursorElsewhere(let position)):
            partitions[partition].value.withLock { $0.passedOver = nil }
            drive(partition) { core, now in core.cursorFound(at: position, now: now) }
        case .success(.inOtherHands):
            counts.withLock { $0.yielded += 1 }
            let pause =
                Self.yieldPause + .milliseconds(Int64.random(in: 0...Self.yieldPause.components.attoseconds / 1_000_000_000_000_000))
            drive(partition) { core, now in core.yielded(for: pause, now: now) }
        case .failure(let error):
            counts.withLock { $0.failed += 1 }
            var pause = Self.troublePause
            if !Self.isTrouble(error) {
                let reason = Self.reason(error)
                logger.warning(
                    "Events could not be applied",
                    metadata: ["stream": "\(stream)", "partition": "\(partition)", "through": "\(last)", "reason": "\(reason)"])
                pause = partitions[partition].value.withLock { $0.poison.failed(step: step, last: last, reason: reason) }
            }
            drive(partition) { core, now in core.applyFailed(retryAfter: pause, now: now) }
        }
    }

    private func logSampled(_ events: [EventFrame]) {
        for event in events {
            guard let trace = SampledTrace(event.header.traceparent) else { continue }
            logger.info("an event was applied", metadata: event.logged(trace))
        }
    }

    /// The database's trouble, not the event's.
    private static func isTrouble(_ error: any Error) -> Bool {
        (error as? DatabaseError).map { $0.isRetryable || $0.isConnectionTrouble } ?? false
    }

    /// What may stand in a log and in `parked`: errors of the database hold no values; of others only the type's name is kept.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as DatabaseError: "\(error)"
        default: String(reflecting: type(of: error))
        }
    }

    // MARK: - Looking

    package func snapshot() -> ConsumerSnapshot {
        let counts = counts.withLock { $0 }
        return ConsumerSnapshot(
            stream: stream,
            partitions: partitions.enumerated().map { index, state in
                state.value.withLock {
                    ConsumerSnapshot.Partition(
                        partition: index, position: $0.core.position, lag: $0.core.lag, counters: $0.core.counters, stall: $0.core.stall)
                }
            },
            parked: counts.parked, yielded: counts.yielded, failed: counts.failed)
    }

    var schema: SQL { "\(identifier: consumer.schema)" }
}

extension EventFrame {
    /// What a line of a sampled trace says of an event.
    func logged(_ trace: SampledTrace) -> Logger.Metadata {
        [
            "stream": "\(header.stream)", "subject": "\(header.subject)", "event_id": "\(header.eventID)",
            "trace_id": "\(trace.traceID)",
        ]
    }
}

/// A mutex that an array can hold.
final class Guarded<Value: Sendable>: Sendable {
    let value: Mutex<Value>
    init(_ initial: Value) { value = Mutex(initial) }
}

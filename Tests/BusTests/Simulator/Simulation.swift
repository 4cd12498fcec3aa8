import Bus
import Contracts
import Foundation

/// One run: producers with a transactional log, a network that loses, repeats, delays and reorders, durable consumers whose replicas share
/// cursors, and in-memory followers. First with faults; then they stop, and within ``recoveryMax`` everybody must have everything.
///
/// Checked on the way: an effect is the next one of the partition, of the log's own history, and nothing else, ever.
final class Simulation {
    /// Virtual microseconds: a lost fetch (2 s), its longest pause (2 s), the silence (5 s), a stalled partition's look (5 s), and room.
    static let recoveryMax: Int64 = 20_000_000

    private final class Producer {
        var core: PublisherCore
        var isUp = true
        /// Changes with each crash: what was planned before it does not happen.
        var life = 0
        var wakesAt = Int64.max

        init(core: PublisherCore) {
            self.core = core
        }
    }

    /// A replica of a durable consumer, or a follower.
    private final class Member {
        /// nil for a follower.
        let consumer: Int?
        var cores: [any CoreUnderTest] = []
        var wakesAt: [Int64] = []
        var isUp = true
        var life = 0
        /// A follower's: what it was handed since it started, per partition, and after which position.
        var handed: [(start: LogPosition?, last: Int64)] = []

        init(consumer: Int?) {
            self.consumer = consumer
        }
    }

    /// What a durable consumer has in its database.
    private struct ConsumerState {
        var cursors: [LogPosition]
        var effects: [[EventID]]
        var isLocked: [Bool]
    }

    let options: SimulationOptions
    let mistake: Mistake?
    private(set) var tally = SimulationTally()
    private(set) var failure: String?
    /// Every step, if wanted: for replaying one seed.
    private(set) var trace: [String] = []
    private let isTraced: Bool

    private var generator: SplitMix64
    private var agenda = Agenda()
    private let start = ContinuousClock.Instant.start
    private var isFaulty = true

    private var epoch = UUID.firstEpoch
    private var log: [[EventFrame]]
    /// Per epoch what was ever committed, also what a restore lost.
    private var histories: [UUID: [[EventFrame]]]
    private var lastEvent: Int64 = 0
    private var restored: [Int]?

    private var producers: [Producer] = []
    private var consumers: [ConsumerState] = []
    private var members: [Member] = []

    init(_ options: SimulationOptions, mistake: Mistake? = nil, isTraced: Bool = false) {
        self.options = options
        self.mistake = mistake
        self.isTraced = isTraced
        generator = SplitMix64(seed: options.seed ^ 0x5eed)
        log = Array(repeating: [], count: options.partitions)
        histories = [epoch: log]
    }

    // MARK: The run

    func run() {
        for _ in 0..<options.producers {
            let producer = Producer(core: PublisherCore(stream: .orders, now: instant))
            producers.append(producer)
            drive(producer)
        }
        for (index, replicas) in options.consumers.enumerated() {
            consumers.append(
                ConsumerState(
                    cursors: Array(repeating: .start, count: options.partitions), effects: Array(repeating: [], count: options.partitions),
                    isLocked: Array(repeating: false, count: options.partitions)))
            for _ in 0..<replicas { startMember(Member(consumer: index)) }
        }
        for _ in 0..<options.followers { startMember(Member(consumer: nil)) }
        for _ in 0..<options.commits {
            plan(after: Int64.random(in: 0...options.faultyFor, using: &generator)) { self.write() }
        }
        if options.hasRestore {
            plan(after: Int64.random(in: 0...options.faultyFor, using: &generator)) { self.restore() }
        }
        advance(to: options.faultyFor)
        isFaulty = false
        if restored != nil { reconcile() }
        for producer in producers where !producer.isUp { bringUp(producer) }
        for member in members where !member.isUp { bringUp(member) }
        // A few more, then silence: the last frames may have been lost before, and nothing follows them.
        for _ in 0..<2 { plan(after: 1000) { self.write() } }
        let recoveryBegan = agenda.now
        while failure == nil, agenda.now < recoveryBegan + Self.recoveryMax {
            advance(to: agenda.now + 50_000)
            if isComplete {
                tally.slowestRecovery = agenda.now - recoveryBegan
                break
            }
        }
        if failure == nil, !isComplete { fail("still lagging after \(Self.recoveryMax / 1_000_000) s without faults: \(lagDescription)") }
        if failure == nil { check() }
    }

    private func advance(to time: Int64) {
        while failure == nil, let action = agenda.next(until: time) { action() }
        if failure == nil { agenda.plan(at: time) {} }
        _ = agenda.next(until: time)
    }

    private var instant: ContinuousClock.Instant { start + .microseconds(agenda.now) }

    private func plan(after delay: Int64, _ action: @escaping () -> Void) {
        agenda.plan(at: agenda.now + delay, action)
    }

    private func happens(_ probability: Double) -> Bool {
        isFaulty && probability > 0 && Double.random(in: 0..<1, using: &generator) < probability
    }

    private func random(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &generator) }

    private func note(_ text: @autoclosure () -> String) {
        if isTraced { trace.append("\(agenda.now / 1000) ms: \(text())") }
    }

    private func fail(_ text: String) {
        note("FAILED \(text)")
        if failure == nil { failure = "\(text) at \(agenda.now / 1000) ms, \(options)" }
    }

    private var isComplete: Bool {
        consumers.allSatisfy { consumer in
            zip(consumer.cursors, log).allSatisfy { cursor, log in
                cursor.sequence == log.count && (cursor.epoch == epoch || cursor.epoch == nil && log.isEmpty)
            }
        }
            && members.allSatisfy { member in
                member.consumer != nil
                    || zip(member.cores, log).allSatisfy { $0.position?.sequence == Int64($1.count) && $0.position?.epoch == epoch }
            }
    }

    private var lagDescription: String {
        "heads \(log.map(\.count)), cursors \(consumers.map { $0.cursors.map(\.sequence) }), followers "
            + "\(members.filter { $0.consumer == nil }.map { $0.cores.map { $0.position?.sequence ?? -1 } })"
    }

    /// Every durable consumer did exactly what the log says.
    private func check() {
        for (index, consumer) in consumers.enumerated() {
            for partition in 0..<options.partitions where consumer.effects[partition] != log[partition].map(\.header.eventID) {
                fail("consumer \(index) has other effects than partition \(partition) of the log")
            }
        }
    }

    // MARK: The log

    private func write() {
        guard let producer = producers.filter(\.isUp).randomElement(using: &generator) else { return }
        let life = producer.life
        let partition = Int.random(in: 0..<options.partitions, using: &generator)
        let count = Int.random(in: 1...4, using: &generator)
        plan(after: random(200...5000)) { [self] in
            guard producer.life == life else { return }
            let events = (0..<count).map { offset in
                lastEvent += 1
                return event(Int64(log[partition].count + offset + 1), partition: partition, number: lastEvent)
            }
            let isUnknown = happens(options.unknownCommit)
            if isUnknown, Bool.random(using: &generator) {
                // Rolled back, and the producer does not know.
                note("unknown commit, rolled back, partition \(partition)")
                tally.unknownCommits += 1
                producer.core.commitUnknown()
                if mistake == .publishesUnknownCommits { for event in events { broadcast(.event(event)) } }
                drive(producer)
                return
            }
            if happens(options.crash) {
                crash(producer)
                return
            }
            log[partition] += events
            histories[epoch]![partition] += events
            tally.commits += 1
            note("commit of \(events.map(\.header.partitionSequence)) in partition \(partition)")
            if happens(options.crash) {
                crash(producer)
            } else if isUnknown {
                tally.unknownCommits += 1
                producer.core.commitUnknown()
                drive(producer)
            } else {
                for event in producer.core.committed(events) { broadcast(.event(event)) }
                drive(producer)
            }
        }
    }

    private func event(_ sequence: Int64, partition: Int, number: Int64) -> EventFrame {
        EventFrame(
            header: EventFrame.Header(
                stream: .orders, partition: partition, partitionSequence: sequence, epoch: epoch,
                eventID: EventID(UUID(bytes: withUnsafeBytes(of: (options.seed.bigEndian, number.bigEndian)) { Array($0) })),
                subject: "orders.something-happened", version: 1, audience: .internal, clientID: nil, key: .firstEpoch, keySequence: nil,
                occurredAt: Date(timeIntervalSince1970: 0), traceparent: nil),
            payload: [UInt8](repeating: 0, count: Int(number % 100)))
    }

    /// An older copy of the database comes into use: a tail is lost, and the operator gave it a new epoch.
    private func restore() {
        tally.restores += 1
        epoch = .secondEpoch
        let kept = log.map { $0.isEmpty ? 0 : Int.random(in: 0...$0.count, using: &generator) }
        restored = kept
        log = zip(log, kept).map { log, kept in
            log.prefix(kept).map { old in
                EventFrame(
                    header: EventFrame.Header(
                        stream: old.header.stream, partition: old.header.partition, partitionSequence: old.header.partitionSequence,
                        epoch: epoch, eventID: old.header.eventID, subject: old.header.subject, version: old.header.version,
                        audience: old.header.audience, clientID: nil, key: old.header.key, keySequence: nil,
                        occurredAt: old.header.occurredAt, traceparent: nil),
                    payload: old.payload)
            }
        }
        histories[epoch] = log
        note("restore, kept \(kept)")
        plan(after: random(100_000...3_000_000)) { if self.restored != nil { self.reconcile() } }
    }

    /// The operator takes back what the lost events did and moves the cursors into the new history.
    private func reconcile() {
        guard let kept = restored else { return }
        guard !consumers.contains(where: { $0.isLocked.contains(true) }) else {
            plan(after: 1000) { self.reconcile() }
            return
        }
        restored = nil
        note("reconcile to \(kept)")
        for index in consumers.indices {
            for partition in 0..<options.partitions where consumers[index].cursors[partition].epoch != epoch {
                let through = min(consumers[index].effects[partition].count, kept[partition])
                consumers[index].effects[partition].removeSubrange(through...)
                consumers[index].cursors[partition] = LogPosition(epoch: epoch, sequence: Int64(through))
            }
        }
    }

    private func answer(_ request: FetchEvents) -> FetchedEvents {
        if let answer = request.answer(epoch: epoch, head: Int64(log[request.partition].count), oldest: 1) { return answer }
        var events: [EventFrame] = []
        var bytes = 0
        for event in log[request.partition].dropFirst(Int(request.after)).prefix(request.maxEvents) {
            bytes += event.wireSize
            if bytes > request.maxBytes, !events.isEmpty { break }
            events.append(event)
        }
        return .events(events, epoch: epoch, head: Int64(log[request.partition].count))
    }

    // MARK: Producers

    private func drive(_ producer: Producer) {
        guard producer.isUp else { return }
        if producer.core.next(now: instant) == .readHeads {
            let life = producer.life
            plan(after: random(200...3000)) { [self] in
                guard producer.life == life else { return }
                if happens(options.transactionFails) {
                    producer.core.headsUnavailable(now: instant)
                } else {
                    let heads = log.map { Int64($0.count) }
                    broadcast(.beacon(producer.core.headsRead(epoch: epoch, heads: heads, now: instant)))
                }
                drive(producer)
            }
        }
        if let deadline = producer.core.deadline {
            let time = max(agenda.now, (deadline - start).microseconds)
            guard time < producer.wakesAt || producer.wakesAt <= agenda.now else { return }
            producer.wakesAt = time
            let life = producer.life
            agenda.plan(at: time) { [self] in
                guard producer.life == life, producer.wakesAt == time else { return }
                producer.wakesAt = .max
                drive(producer)
            }
        }
    }

    private func crash(_ producer: Producer) {
        note("producer crashes")
        tally.crashes += 1
        producer.isUp = false
        producer.life += 1
        let life = producer.life
        plan(after: random(10_000...2_000_000)) { [self] in
            if producer.life == life, !producer.isUp { bringUp(producer) }
        }
    }

    private func bringUp(_ producer: Producer) {
        producer.isUp = true
        producer.wakesAt = .max
        producer.core = PublisherCore(stream: .orders, now: instant)
        drive(producer)
    }

    // MARK: The network

    private func broadcast(_ delivery: Delivery) {
        for member in members {
            if happens(options.drop) {
                tally.dropped += 1
                continue
            }
            var copies = 1
            if happens(options.repeat) {
                tally.repeated += 1
                copies = 2
            }
            for _ in 0..<copies {
                var delay = random(50...2000)
                if happens(options.delay) {
                    tally.late += 1
                    delay = random(1000...3_000_000)
                }
                plan(after: delay) { self.deliver(delivery, to: member) }
            }
        }
    }

    /// Whoever is up at that moment hears it, also a replica that was started after it was sent.
    private func deliver(_ delivery: Delivery, to member: Member) {
        guard member.isUp else { return }
        switch delivery {
        case .event(let event):
            member.cores[event.header.partition].received(event, now: instant)
            drive(member, event.header.partition)
        case .beacon(let beacon):
            for partition in 0..<options.partitions {
                if mistake != .waitsForASuccessor {
                    member.cores[partition].received(head: beacon.heads[partition], epoch: beacon.epoch, now: instant)
                }
                drive(member, partition)
            }
        case .ephemeral: break
        }
    }

    private func fetch(_ request: FetchEvents, for member: Member) {
        let life = member.life
        tally.fetches += 1
        func end(after delay: Int64, _ change: @escaping (inout any CoreUnderTest) -> Void) {
            plan(after: delay) { [self] in
                guard member.life == life else { return }
                change(&member.cores[request.partition])
                if member.consumer == nil, member.handed[request.partition].start == nil,
                    let position = member.cores[request.partition].position
                {
                    // From here on nothing may be missing.
                    member.handed[request.partition] = (position, position.sequence)
                }
                drive(member, request.partition)
            }
        }
        let isLost = happens(options.drop / 2)
        let isLate = happens(options.delay)
        plan(after: random(50...1000)) { [self] in
            guard !isLost, producers.contains(where: \.isUp) else {
                end(after: 2_000_000) { $0.fetchFailed(now: self.instant) }
                return
            }
            let answer = happens(options.transactionFails) ? .busy(retryAfter: .milliseconds(50)) : answer(request)
            end(after: random(50...(isLate ? 1_500_000 : 2000))) { [self] core in
                var answer = answer
                if mistake == .ignoresTheEpoch, case .diverged(_, let head) = answer, head > request.after {
                    // What an asker does who takes any history for its own.
                    let events = log[request.partition].dropFirst(Int(request.after)).prefix(request.maxEvents).map {
                        $0.pretending(epoch: request.epoch ?? epoch)
                    }
                    answer = .events(events, epoch: request.epoch ?? epoch, head: head)
                }
                core.fetched(answer, to: request, now: instant)
            }
        }
    }

    // MARK: Consumers and followers

    private func startMember(_ member: Member) {
        members.append(member)
        bringUp(member)
    }

    private func bringUp(_ member: Member) {
        member.isUp = true
        member.cores = (0..<options.partitions).map { core(of: member, partition: $0) }
        member.wakesAt = Array(repeating: .max, count: options.partitions)
        member.handed = Array(repeating: (nil, 0), count: options.partitions)
        for partition in 0..<options.partitions { drive(member, partition) }
    }

    private func core(of member: Member, partition: Int) -> any CoreUnderTest {
        var limits = options.limits
        if mistake == .waitsForASuccessor { limits.silence = .seconds(86_400) }
        let core = ConsumerCore(
            stream: .orders, partition: partition, start: member.consumer == nil ? .atHead : .atCursor, limits: limits, now: instant)
        return mistake == .skipsTheGapCheck ? GapSkippingCore(core: core) : core
    }

    private func crash(_ member: Member) {
        note("a member of consumer \(member.consumer.map(String.init) ?? "–") crashes")
        tally.crashes += 1
        member.isUp = false
        member.life += 1
        let life = member.life
        plan(after: random(10_000...2_000_000)) { [self] in
            if member.life == life, !member.isUp { bringUp(member) }
        }
    }

    private func drive(_ member: Member, _ partition: Int) {
        guard member.isUp, failure == nil else { return }
        while let action = member.cores[partition].next(now: instant) {
            note("\(member.consumer.map { "consumer \($0)" } ?? "follower") partition \(partition): \(action.summary)")
            switch action {
            case .fetch(let request): fetch(request, for: member)
            case .readCursor: readCursor(member, partition)
            case .apply(let events):
                if member.consumer == nil {
                    hand(events, to: member, partition)
                } else {
                    apply(events, member, partition)
                }
            case .stalled:
                tally.stalls += 1
                if member.consumer == nil {
                    member.cores[partition] = core(of: member, partition: partition)
                    member.handed[partition] = (nil, 0)
                    // What the old core still waits for is not the new one's.
                    member.life += 1
                    bringUp(member)
                    return
                }
            }
        }
        guard let deadline = member.cores[partition].deadline else { return }
        guard deadline > instant else {
            fail("a core has nothing to do and wants to be asked again at once")
            return
        }
        let time = max(agenda.now, (deadline - start).microseconds)
        guard time < member.wakesAt[partition] || member.wakesAt[partition] <= agenda.now else { return }
        member.wakesAt[partition] = time
        let life = member.life
        agenda.plan(at: time) { [self] in
            guard member.life == life, member.wakesAt[partition] == time else { return }
            member.wakesAt[partition] = .max
            drive(member, partition)
        }
    }

    /// A follower's effect: at once, in memory.
    private func hand(_ events: [EventFrame], to member: Member, _ partition: Int) {
        for event in events {
            guard event.header.partitionSequence == member.handed[partition].last + 1 else {
                fail("a follower was handed \(event.header.partitionSequence) after \(member.handed[partition].last)")
                return
            }
            guard isRecorded(event) else {
                fail("a follower was handed an event that the log never had")
                return
            }
            member.handed[partition].last += 1
            tally.followed += 1
        }
        guard let last = events.last else { return }
        member.cores[partition].applied(through: LogPosition(through: last), now: instant)
        tally.overflows += member.cores[partition].counters.dropped > 0 ? 1 : 0
    }

    private func isRecorded(_ event: EventFrame) -> Bool {
        guard let history = histories[event.header.epoch]?[event.header.partition] else { return false }
        let index = Int(event.header.partitionSequence) - 1
        return history.indices.contains(index) && history[index].header.eventID == event.header.eventID
    }

    private func readCursor(_ member: Member, _ partition: Int) {
        guard let consumer = member.consumer else {
            fail("a follower was asked for a cursor")
            return
        }
        let life = member.life
        plan(after: random(200...2000)) { [self] in
            guard member.life == life else { return }
            if happens(options.transactionFails) {
                member.cores[partition].applyFailed(retryAfter: .milliseconds(20), now: instant)
            } else {
                member.cores[partition].cursorFound(at: consumers[consumer].cursors[partition], now: instant)
            }
            drive(member, partition)
        }
    }

    /// The durable consumer's transaction.
    private func apply(_ events: [EventFrame], _ member: Member, _ partition: Int) {
        guard let consumer = member.consumer else { return }
        let life = member.life
        plan(after: random(100...1000)) { [self] in
            guard member.life == life else { return }
            guard !consumers[consumer].isLocked[partition] else {
                tally.yields += 1
                member.cores[partition].yielded(for: .microseconds(random(1000...300_000)), now: instant)
                drive(member, partition)
                return
            }
            let cursor = consumers[consumer].cursors[partition]
            let remainder: ArraySlice<EventFrame>
            if mistake == .ignoresTheCursor {
                remainder = events[...]
            } else if let rest = ConsumerCore.remainder(of: events, after: cursor) {
                remainder = rest
            } else {
                member.cores[partition].cursorFound(at: cursor, now: instant)
                drive(member, partition)
                return
            }
            consumers[consumer].isLocked[partition] = true
            plan(after: happens(0.05) ? random(10_000...500_000) : random(500...10_000)) { [self] in
                // A crash releases the lock and rolls back, unless it comes after COMMIT.
                consumers[consumer].isLocked[partition] = false
                guard member.life == life else { return }
                let crashesAfter = happens(options.crash / 2)
                let isUnknown = happens(options.unknownCommit)
                if happens(options.crash / 2) {
                    crash(member)
                    return
                }
                if happens(options.transactionFails) || isUnknown && Bool.random(using: &generator) {
                    member.cores[partition].applyFailed(retryAfter: .milliseconds(20), now: instant)
                    drive(member, partition)
                    return
                }
                commit(Array(remainder), of: consumer, partition)
                guard failure == nil, let last = remainder.last else { return }
                if mistake == .movesTheCursorSeparately, crashesAfter || isUnknown {
                    // The effect is committed, the cursor is not.
                } else {
                    consumers[consumer].cursors[partition] = LogPosition(through: last)
                }
                if crashesAfter {
                    crash(member)
                } else if isUnknown {
                    tally.unknownCommits += 1
                    member.cores[partition].applyFailed(retryAfter: .milliseconds(20), now: instant)
                    drive(member, partition)
                } else {
                    member.cores[partition].applied(through: LogPosition(through: last), now: instant)
                    tally.overflows += member.cores[partition].counters.dropped > 0 ? 1 : 0
                    drive(member, partition)
                }
            }
        }
    }

    private func commit(_ events: [EventFrame], of consumer: Int, _ partition: Int) {
        note("consumer \(consumer) partition \(partition) does \(events.map(\.header.partitionSequence))")
        for event in events {
            guard Int(event.header.partitionSequence) == consumers[consumer].effects[partition].count + 1 else {
                fail("consumer \(consumer) did \(event.header.partitionSequence) after \(consumers[consumer].effects[partition].count)")
                return
            }
            guard isRecorded(event) else {
                fail("consumer \(consumer) did something that the log never had")
                return
            }
            consumers[consumer].effects[partition].append(event.header.eventID)
            tally.effects += 1
        }
    }
}

extension Duration {
    var microseconds: Int64 {
        let (seconds, attoseconds) = components
        // Rounded up: a core that is asked too early has nothing to say.
        return seconds * 1_000_000 + (attoseconds + 999_999_999_999) / 1_000_000_000_000
    }
}

extension EventFrame {
    fileprivate func pretending(epoch: UUID) -> EventFrame {
        EventFrame(
            header: Header(
                stream: header.stream, partition: header.partition, partitionSequence: header.partitionSequence, epoch: epoch,
                eventID: header.eventID, subject: header.subject, version: header.version, audience: header.audience,
                clientID: header.clientID, key: header.key, keySequence: header.keySequence, occurredAt: header.occurredAt,
                traceparent: header.traceparent), payload: payload)
    }
}

extension ConsumerCore.Action {
    fileprivate var summary: String {
        switch self {
        case .apply(let events): "apply \(events.map(\.header.partitionSequence))"
        case .fetch(let request): "fetch after \(request.after), at most \(request.maxEvents)"
        case .readCursor: "read the cursor"
        case .stalled(let stall): "stalled: \(stall)"
        }
    }
}

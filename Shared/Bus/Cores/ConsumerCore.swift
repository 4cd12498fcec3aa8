import Contracts
import Foundation

/// Follows one partition of a stream: decides what is applied next and when the log must be asked. No I/O, no tasks, no clock.
///
/// Frames are hints. An event is applied when it is exactly the position + 1; whatever is missing, late, doubled or out of
/// order is found out here and healed by fetching. The same core drives the durable consumer, whose position is a cursor row
/// that siblings move too, and the in-memory follower.
///
/// Driving it (one core per partition, on one actor or thread):
/// 1. Hand in what happens: ``received(_:now:)``, ``received(head:epoch:now:)``, ``fetched(_:to:now:)``, ``fetchFailed(now:)``,
///    and the outcome of an `apply`.
/// 2. After each input, and at ``deadline``, take actions until none is left: `while let action = core.next(now: now) { … }`.
/// 3. Every action is answered exactly once, later or at once:
///    - `.fetch(request)`: ask the stream's service; then ``fetched(_:to:now:)`` or ``fetchFailed(now:)``.
///    - `.apply(events)`: do their effect, in order.
///      *Durable*: in one transaction lock the cursor row with SKIP LOCKED; not obtained → ``yielded(for:now:)``. Otherwise take
///      ``remainder(of:after:)`` of the batch with the cursor just read; nil → roll back and ``cursorFound(at:now:)``; else effect,
///      cursor and COMMIT, then ``applied(through:now:)``. Any error, an unknown commit too → ``applyFailed(retryAfter:now:)``:
///      the next transaction reads the cursor again and so learns what became of it.
///      *In memory*: hand them on, then ``applied(through:now:)``.
///    - `.readCursor` (never for a follower): read the cursor row without waiting for it; ``cursorFound(at:now:)``, or
///      ``applyFailed(retryAfter:now:)``.
///    - `.stalled(why)`: raise the alarm; needs no answer. It comes again every ``Limits/stalledRetry`` with a fetch and a
///      `.readCursor`, so both a healed log and a cursor moved by an operator end it. A follower starts over instead with a
///      new core at the head and tells its clients.
package struct ConsumerCore: Sendable {
    package struct Limits: Sendable {
        /// Events held, ready or waiting for an earlier one. Beyond it they are dropped and fetched when their turn comes.
        package var heldEventsMax = 512
        /// Bytes of payload held. The next event in order always finds room.
        package var heldBytesMax = 4 * 1024 * 1024
        /// How long a missing event may still be on its way before the log is asked. Publishers overtake each other by less.
        package var gapPatience: Duration = .milliseconds(40)
        /// The log is asked after that long without any sign: event, beacon or answer.
        package var silence: Duration = .seconds(5)
        /// Events per `apply`: what one transaction does.
        package var batchEventsMax = 100
        /// Bytes of payload per `apply`, unless the first event alone has more.
        package var batchBytesMax = 1024 * 1024
        /// First and longest pause after a fetch that failed; doubled in between.
        package var fetchRetryMin: Duration = .milliseconds(50)
        package var fetchRetryMax: Duration = .seconds(2)
        /// How often a stalled partition looks again.
        package var stalledRetry: Duration = .seconds(5)
        /// A frame of another epoch makes us ask, but not more often than that: an old replica may go on sending them.
        package var suspicionPause: Duration = .seconds(1)

        package init() {}
    }

    package enum Start: Sendable, Equatable {
        /// The first action is `.readCursor`.
        case atCursor
        case after(LogPosition)
        /// Of the past nothing is wanted: the first fetch asks for the head, and events after it are applied.
        case atHead
    }

    package enum Action: Sendable, Equatable {
        case apply([EventFrame])
        case fetch(FetchEvents)
        case readCursor
        case stalled(Stall)
    }

    /// Why a partition stands still. Nothing is applied until somebody decided.
    package enum Stall: Error, Sendable, Equatable {
        /// The log's history is not the one we followed.
        case diverged(own: LogPosition, log: LogPosition)
        /// The events that come next are not kept any more.
        case truncated(own: LogPosition, oldest: Int64)
    }

    /// Since the core was made.
    package struct Counters: Sendable, Equatable {
        package var applied = 0
        /// Already applied or already held.
        package var repeated = 0
        /// Too far ahead to hold; fetched later.
        package var dropped = 0
        /// How often an event was missing for longer than ``Limits/gapPatience``.
        package var gaps = 0
        package var fetches = 0
        package var fetchesFailed = 0
        /// Of another epoch.
        package var foreign = 0

        package init() {}
    }

    package let stream: StreamName
    package let partition: Int
    package let limits: Limits
    package private(set) var counters = Counters()
    package private(set) var stall: Stall?

    /// nil until the cursor was read or the head was fetched.
    package private(set) var position: LogPosition?

    private let start: Start
    /// By sequence; always above the position and at most ``Limits/heldEventsMax`` above it.
    private var held: [Int64: EventFrame] = [:]
    private var heldBytes = 0
    /// Of ``heldBytes``, those up to ``readyThrough``.
    private var readyBytes = 0
    /// Everything from the position to here is held and ready.
    private var readyThrough: Int64 = 0
    /// The highest sequence that anyone spoke of.
    private var knownHead: Int64 = 0
    /// The same, since the fetch that is out was sent: its answer cannot know of those.
    private var headHeardDuringFetch: Int64 = 0

    private var isApplying = false
    private var isReadingCursor = false
    private var wantsCursor: Bool
    private var applyNotBefore: ContinuousClock.Instant

    private var outstandingFetch: FetchEvents?
    private var fetchNotBefore: ContinuousClock.Instant
    private var fetchFailures = 0
    /// No answer of the log has been seen since the start, or since the history changed.
    private var isUnconfirmed = true
    /// More is missing than patience would bring: page after page is fetched.
    private var isCatchingUp = false
    private var gapSince: ContinuousClock.Instant?
    /// Where the gap that `gapSince` speaks of begins.
    private var gapAt: Int64 = 0
    private var lastSign: ContinuousClock.Instant
    private var suspicion: ContinuousClock.Instant?
    private var lastSuspicion: ContinuousClock.Instant?
    /// How far had been heard when a beacon first said less.
    private var shorterLog: (through: Int64, since: ContinuousClock.Instant)?
    private var stallReportDue: ContinuousClock.Instant?
    private var stallFetchDue = false

    package init(stream: StreamName, partition: Int, start: Start, limits: Limits = Limits(), now: ContinuousClock.Instant) {
        self.stream = stream
        self.partition = partition
        self.start = start
        self.limits = limits
        applyNotBefore = now
        fetchNotBefore = now
        lastSign = now
        wantsCursor = start == .atCursor
        if case .after(let position) = start {
            self.position = position
            readyThrough = position.sequence
            knownHead = position.sequence
        }
    }

    /// How many events are known and not applied yet.
    package var lag: Int64 { max(0, knownHead - (position?.sequence ?? 0)) }

    // MARK: Hints

    package mutating func received(_ event: EventFrame, now: ContinuousClock.Instant) {
        guard event.header.stream == stream, event.header.partition == partition, stall == nil else { return }
        guard heard(sequence: event.header.partitionSequence, epoch: event.header.epoch, now: now) else { return }
        hold(event)
        noteGap(now: now)
    }

    /// A beacon's word about this partition.
    package mutating func received(head: Int64, epoch: UUID, now: ContinuousClock.Instant) {
        guard heard(sequence: head, epoch: epoch, now: now) else { return }
        noteGap(now: now)
        noteShorterLog(head: head, now: now)
    }

    /// A log that was restored from an older backup ends before what was heard of it, under the same epoch. One such beacon may only be
    /// late; one about the log as it is now cannot be that far behind, so after a second one the log is asked.
    private mutating func noteShorterLog(head: Int64, now: ContinuousClock.Instant) {
        guard head < readyThrough else {
            shorterLog = nil
            return
        }
        guard let seen = shorterLog, head < seen.through else {
            shorterLog = (readyThrough, now)
            return
        }
        guard now - seen.since >= limits.suspicionPause else { return }
        suspicion = now
        shorterLog = nil
    }

    /// - Returns: whether the sign belongs to the history we follow.
    private mutating func heard(sequence: Int64, epoch: UUID, now: ContinuousClock.Instant) -> Bool {
        guard let position, let own = position.epoch else {
            // Before the first fetch there is nothing to compare with; it is under way and decides.
            headHeardDuringFetch = max(headHeardDuringFetch, sequence)
            return false
        }
        guard own == epoch else {
            // Late frames of an older history must not stop us, and a newer one is for the log itself to tell: ask it.
            counters.foreign += 1
            if lastSuspicion.map({ now - $0 >= limits.suspicionPause }) ?? true {
                suspicion = now
                lastSuspicion = now
            }
            return false
        }
        lastSign = now
        knownHead = max(knownHead, sequence)
        headHeardDuringFetch = max(headHeardDuringFetch, sequence)
        return true
    }

    private mutating func hold(_ event: EventFrame) {
        let sequence = event.header.partitionSequence
        guard let position else { return }
        guard sequence > readyThrough, held[sequence] == nil else {
            counters.repeated += 1
            return
        }
        guard sequence <= position.sequence + Int64(limits.heldEventsMax) else {
            counters.dropped += 1
            isCatchingUp = true
            return
        }
        if heldBytes + event.payload.count > limits.heldBytesMax {
            makeRoom(for: event)
            guard heldBytes + event.payload.count <= limits.heldBytesMax || sequence == position.sequence + 1 else {
                counters.dropped += 1
                isCatchingUp = true
                return
            }
        }
        held[sequence] = event
        heldBytes += event.payload.count
        extendReady()
    }

    /// Drops events that come later than this one, the latest first.
    private mutating func makeRoom(for event: EventFrame) {
        guard let position else { return }
        var sequence = position.sequence + Int64(limits.heldEventsMax)
        let lowest = max(event.header.partitionSequence, readyThrough)
        while sequence > lowest, heldBytes + event.payload.count > limits.heldBytesMax {
            if let evicted = held.removeValue(forKey: sequence) {
                heldBytes -= evicted.payload.count
                counters.dropped += 1
                isCatchingUp = true
            }
            sequence -= 1
        }
    }

    private mutating func extendReady() {
        while let event = held[readyThrough + 1] {
            readyThrough += 1
            readyBytes += event.payload.count
        }
    }

    /// Starts, restarts or ends the patience with what is missing. Progress restarts it.
    private mutating func noteGap(now: ContinuousClock.Instant) {
        guard knownHead > readyThrough else {
            gapSince = nil
            isCatchingUp = false
            return
        }
        if gapSince == nil || readyThrough != gapAt {
            gapSince = now
            gapAt = readyThrough
        }
    }

    // MARK: The log's answers

    package mutating func fetched(_ answer: FetchedEvents, to request: FetchEvents, now: ContinuousClock.Instant) {
        guard outstandingFetch == request else { return }
        outstandingFetch = nil
        defer { headHeardDuringFetch = 0 }
        switch answer {
        case .busy(let retryAfter):
            fetchNotBefore = now + max(retryAfter, limits.fetchRetryMin)
        case .diverged(let epoch, let head):
            succeeded(now: now)
            guard let position, position.epoch == request.epoch else { return }
            stop(.diverged(own: position, log: LogPosition(epoch: epoch, sequence: head)), now: now)
        case .truncated(_, let oldest, _):
            succeeded(now: now)
            guard let position, position.epoch == request.epoch, position.sequence + 1 < oldest else { return }
            stop(.truncated(own: position, oldest: oldest), now: now)
        case .events(let events, let epoch, let head):
            succeeded(now: now)
            take(events, epoch: epoch, head: head, answering: request, now: now)
        }
    }

    package mutating func fetchFailed(now: ContinuousClock.Instant) {
        outstandingFetch = nil
        counters.fetchesFailed += 1
        let pause = limits.fetchRetryMin * (1 << min(fetchFailures, 10))
        fetchFailures += 1
        fetchNotBefore = now + min(pause, limits.fetchRetryMax)
    }

    private mutating func succeeded(now: ContinuousClock.Instant) {
        fetchFailures = 0
        lastSign = now
        suspicion = nil
        isUnconfirmed = false
    }

    private mutating func take(
        _ events: [EventFrame], epoch: UUID, head: Int64, answering request: FetchEvents, now: ContinuousClock.Instant
    ) {
        guard var position else {
            // Start at the head.
            moveTo(LogPosition(epoch: epoch, sequence: head))
            knownHead = max(head, headHeardDuringFetch)
            noteGap(now: now)
            return
        }
        if position.epoch == nil {
            position.epoch = epoch
            self.position = position
        }
        guard position.epoch == epoch else {
            if request.epoch == position.epoch || request.epoch == nil {
                stop(.diverged(own: position, log: LogPosition(epoch: epoch, sequence: head)), now: now)
            }
            return
        }
        stall = nil
        stallReportDue = nil
        let before = readyThrough
        for event in events where event.header.partition == partition && event.header.epoch == epoch { hold(event) }
        // What hints said before this answer was read is either in it or was never true.
        knownHead = max(head, headHeardDuringFetch, readyThrough)
        let askedForOneGap = request.maxEvents < FetchEvents.eventsMax && held.count > Int(readyThrough - position.sequence)
        isCatchingUp = readyThrough < knownHead && readyThrough < head && !askedForOneGap
        gapSince = nil
        noteGap(now: now)
        if readyThrough == before, readyThrough < head {
            // The log has more and gave nothing that helps: do not ask in a loop.
            fetchNotBefore = now + limits.fetchRetryMin
        }
    }

    private mutating func stop(_ reason: Stall, now: ContinuousClock.Instant) {
        if stall == nil { stallReportDue = now }
        stall = reason
        stallFetchDue = false
        isCatchingUp = false
        gapSince = nil
        forgetHeld(after: position?.sequence ?? 0)
    }

    private mutating func forgetHeld(after sequence: Int64) {
        held.removeAll()
        heldBytes = 0
        readyBytes = 0
        readyThrough = sequence
    }

    // MARK: The cursor

    /// The effect of the batch is done and the cursor stands at `position`.
    package mutating func applied(through position: LogPosition, now: ContinuousClock.Instant) {
        counters.applied += Int(max(0, position.sequence - (self.position?.sequence ?? position.sequence)))
        settle(at: position, now: now)
    }

    /// The cursor stands at `position`: a sibling moved it, or it was just read. Nothing of the last batch was applied.
    /// Answers `.apply` and `.readCursor`, and may come by itself while neither is out.
    package mutating func cursorFound(at position: LogPosition, now: ContinuousClock.Instant) {
        settle(at: position, now: now)
    }

    private mutating func settle(at position: LogPosition, now: ContinuousClock.Instant) {
        isApplying = false
        isReadingCursor = false
        wantsCursor = false
        applyNotBefore = now
        if let stall {
            guard stall.ends(at: position) else { return }
            self.stall = nil
            stallReportDue = nil
            isUnconfirmed = true
            fetchNotBefore = now
        }
        if let own = self.position {
            if own.epoch != position.epoch && own.epoch != nil && position.epoch != nil || position.sequence < own.sequence {
                // Another history, or an older state of the database: what we knew counts for nothing.
                forgetHeld(after: position.sequence)
                knownHead = position.sequence
                isUnconfirmed = true
            }
            moveTo(LogPosition(epoch: position.epoch ?? own.epoch, sequence: position.sequence))
        } else {
            moveTo(position)
        }
        knownHead = max(knownHead, position.sequence)
        noteGap(now: now)
    }

    /// The batch was not applied, or nobody knows: it is tried again after `retryAfter`.
    package mutating func applyFailed(retryAfter: Duration, now: ContinuousClock.Instant) {
        if isReadingCursor { wantsCursor = true }
        isApplying = false
        isReadingCursor = false
        applyNotBefore = now + retryAfter
    }

    /// A sibling holds the cursor row. For that long neither the batch is tried nor anything fetched, so that a partition
    /// stays with the replica that has it.
    package mutating func yielded(for pause: Duration, now: ContinuousClock.Instant) {
        isApplying = false
        applyNotBefore = now + pause
        // Meanwhile the sibling goes on: what we hold is old by then, and the cursor tells from where to go on.
        wantsCursor = true
    }

    private mutating func moveTo(_ position: LogPosition) {
        if let own = self.position, position.sequence > own.sequence {
            if position.sequence - own.sequence <= Int64(held.count) {
                for sequence in own.sequence + 1...position.sequence { release(sequence) }
            } else {
                for sequence in Array(held.keys) where sequence <= position.sequence { release(sequence) }
            }
        }
        self.position = position
        readyThrough = max(readyThrough, position.sequence)
        extendReady()
    }

    private mutating func release(_ sequence: Int64) {
        guard let event = held.removeValue(forKey: sequence) else { return }
        heldBytes -= event.payload.count
        if sequence <= readyThrough { readyBytes -= event.payload.count }
    }

    // MARK: What to do

    /// What is to be done now; nil if nothing until ``deadline`` or the next input.
    package mutating func next(now: ContinuousClock.Instant) -> Action? {
        if let due = stallReportDue, now >= due, let stall {
            stallReportDue = now + limits.stalledRetry
            stallFetchDue = true
            if start != .atHead { wantsCursor = true }
            return .stalled(stall)
        }
        if wantsCursor, !isApplying, !isReadingCursor, now >= applyNotBefore {
            wantsCursor = false
            isReadingCursor = true
            return .readCursor
        }
        if stall == nil, !isApplying, !isReadingCursor, now >= applyNotBefore, let position, readyThrough > position.sequence {
            isApplying = true
            return .apply(batch(after: position))
        }
        if let request = wantedFetch(now: now) {
            outstandingFetch = request
            headHeardDuringFetch = 0
            stallFetchDue = false
            counters.fetches += 1
            if gapSince != nil, !isCatchingUp { counters.gaps += 1 }
            return .fetch(request)
        }
        return nil
    }

    private func batch(after position: LogPosition) -> [EventFrame] {
        var batch: [EventFrame] = []
        var bytes = 0
        var sequence = position.sequence + 1
        while batch.count < limits.batchEventsMax, sequence <= readyThrough, let event = held[sequence] {
            bytes += event.payload.count
            if bytes > limits.batchBytesMax, !batch.isEmpty { break }
            batch.append(event)
            sequence += 1
        }
        return batch
    }

    private func wantedFetch(now: ContinuousClock.Instant) -> FetchEvents? {
        guard let due = fetchDue, now >= due else { return nil }
        guard let position else {
            return FetchEvents(stream: stream, epoch: nil, partition: partition, after: 0, maxEvents: 0)
        }
        var maxEvents = min(FetchEvents.eventsMax, Int(position.sequence + Int64(limits.heldEventsMax) - readyThrough))
        if held.count > Int(readyThrough - position.sequence), let next = held.keys.lazy.filter({ $0 > readyThrough }).min() {
            // Just the gap; what follows is here.
            maxEvents = min(maxEvents, Int(next - readyThrough - 1))
        }
        return FetchEvents(
            stream: stream, epoch: position.epoch, partition: partition, after: readyThrough, maxEvents: maxEvents,
            maxBytes: min(FetchEvents.bytesMax, max(1, limits.heldBytesMax - readyBytes)))
    }

    /// When a fetch is wanted if nothing happens; nil if an answer is awaited or there is no room for one.
    private var fetchDue: ContinuousClock.Instant? {
        guard outstandingFetch == nil, !wantsCursor, !isReadingCursor else { return nil }
        guard let position else { return start == .atHead ? fetchNotBefore : nil }
        var due = lastSign + limits.silence
        if stall != nil {
            guard stallFetchDue else { return nil }
            due = fetchNotBefore
        } else {
            // While half of what may be held waits for its effect, more would not help.
            guard readyThrough - position.sequence <= limits.heldEventsMax / 2, readyBytes <= limits.heldBytesMax / 2 else { return nil }
            if isCatchingUp || isUnconfirmed {
                due = fetchNotBefore
            } else {
                if let gapSince { due = min(due, gapSince + limits.gapPatience) }
                if let suspicion { due = min(due, suspicion) }
            }
        }
        return max(due, fetchNotBefore)
    }

    /// When ``next(now:)`` has something to do even if nothing more happens. nil: only an input changes that.
    package var deadline: ContinuousClock.Instant? {
        var deadline = stallReportDue
        func include(_ instant: ContinuousClock.Instant?) {
            guard let instant else { return }
            deadline = deadline.map { min($0, instant) } ?? instant
        }
        if !isApplying, !isReadingCursor {
            let isReady = stall == nil && position.map { readyThrough > $0.sequence } ?? false
            if wantsCursor || isReady { include(applyNotBefore) }
        }
        include(fetchDue)
        return deadline
    }

    /// Which of the batch's events come after the cursor that was just read and locked.
    /// - Returns: nil if nothing of it does, or if something would be skipped: then ``cursorFound(at:now:)``.
    package static func remainder(of batch: [EventFrame], after cursor: LogPosition) -> ArraySlice<EventFrame>? {
        guard let first = batch.first, let last = batch.last else { return nil }
        guard cursor.epoch == nil ? cursor.sequence == 0 : cursor.epoch == first.header.epoch else { return nil }
        let done = cursor.sequence - first.header.partitionSequence + 1
        guard done >= 0, cursor.sequence < last.header.partitionSequence else { return nil }
        return batch[Int(done)...]
    }
}

extension ConsumerCore.Stall {
    /// Whether an operator's move of the cursor to `position` answers it.
    fileprivate func ends(at position: LogPosition) -> Bool {
        switch self {
        case .diverged(let own, _), .truncated(let own, _): position != own
        }
    }
}

import Bus
import Contracts
import Foundation
import Testing

@Suite struct `A consumer of one partition` {
    let start = ContinuousClock.Instant.start
    static let position = LogPosition(epoch: .firstEpoch, sequence: 10)

    func core(_ change: (inout ConsumerCore.Limits) -> Void = { _ in }) -> ConsumerCore {
        var limits = ConsumerCore.Limits()
        change(&limits)
        return ConsumerCore(stream: .orders, partition: 0, start: .after(Self.position), limits: limits, now: start)
    }

    /// Its first fetch, which asks whether anything happened meanwhile, is answered: nothing did.
    func liveCore(_ change: (inout ConsumerCore.Limits) -> Void = { _ in }) throws -> ConsumerCore {
        var core = core(change)
        guard case .fetch(let request) = core.next(now: start) else { throw NeverHappened() }
        core.fetched(.events([], epoch: .firstEpoch, head: 10), to: request, now: start)
        #expect(core.next(now: start) == nil)
        return core
    }

    @Test func `asks the log first`() {
        var core = core()
        #expect(core.next(now: start) == .fetch(FetchEvents(stream: .orders, epoch: .firstEpoch, partition: 0, after: 10)))
        #expect(core.next(now: start) == nil, "one fetch at a time")
        #expect(core.deadline == nil)
    }

    @Test func `applies the next event at once`() throws {
        var core = try liveCore()
        core.received(.example(11), now: start)
        #expect(core.next(now: start) == .apply([.example(11)]))
        core.received(.example(12), now: start)
        #expect(core.next(now: start) == nil, "one batch at a time")
        core.applied(through: LogPosition(through: .example(11)), now: start)
        #expect(core.next(now: start) == .apply([.example(12)]))
    }

    @Test func `puts events into order`() throws {
        var core = try liveCore()
        for sequence in [13, 12, 12, 14, 11, 9] as [Int64] { core.received(.example(sequence), now: start) }
        #expect(core.next(now: start) == .apply((11...14).map { .example($0) }))
        #expect(core.counters.repeated == 2)
    }

    @Test func `waits a little for a missing event and then fetches just the gap`() throws {
        var core = try liveCore()
        core.received(.example(14), now: start)
        #expect(core.next(now: start) == nil)
        #expect(core.deadline == start + .milliseconds(40))
        #expect(core.next(now: start + .milliseconds(39)) == nil)
        let request = FetchEvents(stream: .orders, epoch: .firstEpoch, partition: 0, after: 10, maxEvents: 3)
        #expect(core.next(now: start + .milliseconds(40)) == .fetch(request))
        core.fetched(.events((11...13).map { .example($0) }, epoch: .firstEpoch, head: 14), to: request, now: start + .milliseconds(41))
        #expect(core.next(now: start + .milliseconds(41)) == .apply((11...14).map { .example($0) }))
    }

    @Test func `forgets its impatience when the missing event comes`() throws {
        var core = try liveCore()
        core.received(.example(12), now: start)
        core.received(.example(11), now: start + .milliseconds(30))
        #expect(core.next(now: start + .milliseconds(30)) != nil)
        #expect(core.next(now: start + .milliseconds(100)) == nil)
        #expect(core.counters.gaps == 0)
    }

    @Test func `learns from a beacon that the last event was lost`() throws {
        var core = try liveCore()
        core.received(head: 11, epoch: .firstEpoch, now: start)
        #expect(core.next(now: start + .milliseconds(39)) == nil)
        guard case .fetch(let request) = core.next(now: start + .milliseconds(40)) else {
            Issue.record("no fetch")
            return
        }
        #expect(request.after == 10)
    }

    @Test func `asks by itself after five seconds without any sign`() throws {
        var core = try liveCore()
        #expect(core.deadline == start + .seconds(5))
        core.received(head: 10, epoch: .firstEpoch, now: start + .seconds(3))
        #expect(core.next(now: start + .seconds(5)) == nil)
        #expect(core.next(now: start + .seconds(8)) != nil)
    }

    @Test func `holds a bounded number of events and fetches the rest in its turn`() throws {
        var core = try liveCore { $0.heldEventsMax = 4 }
        for sequence in 11...20 as ClosedRange<Int64> { core.received(.example(sequence), now: start) }
        #expect(core.counters.dropped == 6)
        #expect(core.next(now: start) == .apply((11...14).map { .example($0) }))
        #expect(core.next(now: start) == nil, "there is no room for more")
        core.applied(through: LogPosition(through: .example(14)), now: start)
        #expect(core.lag == 6)
        guard case .fetch(let request) = core.next(now: start) else {
            Issue.record("no fetch")
            return
        }
        #expect((request.after, request.maxEvents) == (14, 4))
    }

    @Test func `holds a bounded number of bytes, but always the next event`() throws {
        var core = try liveCore { $0.heldBytesMax = 100 }
        let large = [UInt8](repeating: 0, count: 60)
        core.received(.example(12, payload: large), now: start)
        core.received(.example(13, payload: large), now: start)
        #expect(core.counters.dropped == 1, "the second one has no room")
        core.received(.example(11, payload: [UInt8](repeating: 0, count: 200)), now: start)
        #expect(core.counters.dropped == 2, "the earlier one has precedence")
        guard case .apply(let events) = core.next(now: start) else {
            Issue.record("nothing to apply")
            return
        }
        #expect(events.map(\.header.partitionSequence) == [11])
    }

    @Test func `applies in batches of bounded number and size`() throws {
        var core = try liveCore {
            $0.batchEventsMax = 3
            $0.batchBytesMax = 100
        }
        for sequence in 11...15 as ClosedRange<Int64> { core.received(.example(sequence), now: start) }
        #expect(core.next(now: start) == .apply((11...13).map { .example($0) }))
        var other = try liveCore { $0.batchBytesMax = 100 }
        for sequence in 11...13 as ClosedRange<Int64> {
            other.received(.example(sequence, payload: [UInt8](repeating: 0, count: 60)), now: start)
        }
        guard case .apply(let events) = other.next(now: start) else {
            Issue.record("nothing to apply")
            return
        }
        #expect(events.count == 1)
    }

    @Test func `jumps ahead when a sibling moved the cursor`() throws {
        var core = try liveCore()
        for sequence in 11...13 as ClosedRange<Int64> { core.received(.example(sequence), now: start) }
        guard case .apply = core.next(now: start) else {
            Issue.record("nothing to apply")
            return
        }
        core.cursorFound(at: LogPosition(epoch: .firstEpoch, sequence: 12), now: start)
        #expect(core.next(now: start) == .apply([.example(13)]))
    }

    @Test func `leaves a partition to the sibling that holds it, then looks where that one is`() throws {
        var core = try liveCore()
        core.received(.example(11), now: start)
        _ = core.next(now: start)
        core.yielded(for: .milliseconds(200), now: start)
        core.received(head: 500, epoch: .firstEpoch, now: start)
        #expect(core.next(now: start + .milliseconds(199)) == nil)
        #expect(core.deadline == start + .milliseconds(200))
        #expect(core.next(now: start + .milliseconds(200)) == .readCursor)
        core.cursorFound(at: LogPosition(epoch: .firstEpoch, sequence: 500), now: start + .milliseconds(201))
        #expect(core.next(now: start + .milliseconds(300)) == nil, "the sibling did it all")
    }

    @Test func `tries a failed batch again`() throws {
        var core = try liveCore()
        core.received(.example(11), now: start)
        #expect(core.next(now: start) == .apply([.example(11)]))
        core.applyFailed(retryAfter: .milliseconds(100), now: start)
        #expect(core.next(now: start + .milliseconds(99)) == nil)
        #expect(core.deadline == start + .milliseconds(100))
        #expect(core.next(now: start + .milliseconds(100)) == .apply([.example(11)]))
    }

    @Test func `asks again, ever later, when the log cannot be reached`() throws {
        var core = core()
        var now = start
        var pauses: [Duration] = []
        for _ in 0..<8 {
            #expect(core.next(now: now) != nil)
            core.fetchFailed(now: now)
            let next = try #require(core.deadline)
            pauses.append(next - now)
            now = next
        }
        #expect(pauses == [50, 100, 200, 400, 800, 1600, 2000, 2000].map { .milliseconds($0) })
    }

    @Test func `stops when the log has another history, and goes on from where an operator puts it`() {
        var core = core()
        guard case .fetch(let request) = core.next(now: start) else {
            Issue.record("no fetch")
            return
        }
        core.fetched(.diverged(epoch: .secondEpoch, head: 8), to: request, now: start)
        let stall = ConsumerCore.Stall.diverged(own: Self.position, log: LogPosition(epoch: .secondEpoch, sequence: 8))
        #expect(core.next(now: start) == .stalled(stall))
        core.received(.example(11), now: start)
        core.received(.example(9, epoch: .secondEpoch), now: start)
        while let action = core.next(now: start) {
            if case .apply = action { Issue.record("a stalled partition applies nothing") }
            if case .readCursor = action { core.cursorFound(at: Self.position, now: start) }
            if case .fetch(let request) = action { core.fetched(.diverged(epoch: .secondEpoch, head: 8), to: request, now: start) }
        }
        #expect(core.deadline == start + .seconds(5), "it looks again, and not sooner")
        core.cursorFound(at: LogPosition(epoch: .secondEpoch, sequence: 8), now: start + .seconds(1))
        #expect(core.stall == nil)
        guard case .fetch(let next) = core.next(now: start + .seconds(1)) else {
            Issue.record("no fetch")
            return
        }
        #expect((next.epoch, next.after) == (.secondEpoch, 8))
        core.fetched(.events([.example(9, epoch: .secondEpoch)], epoch: .secondEpoch, head: 9), to: next, now: start + .seconds(1))
        #expect(core.next(now: start + .seconds(1)) == .apply([.example(9, epoch: .secondEpoch)]))
    }

    @Test func `asks a log that ends before what it has heard, since it may come from an older backup, and stops`() throws {
        var core = try liveCore()
        core.received(head: 7, epoch: .firstEpoch, now: start)
        #expect(core.next(now: start) == nil, "it may only be late")
        core.received(head: 7, epoch: .firstEpoch, now: start + .milliseconds(999))
        #expect(core.next(now: start + .milliseconds(999)) == nil)
        core.received(head: 8, epoch: .firstEpoch, now: start + .seconds(1))
        guard case .fetch(let request) = core.next(now: start + .seconds(1)) else {
            Issue.record("no fetch")
            return
        }
        #expect(request.after == 10)
        core.fetched(.diverged(epoch: .firstEpoch, head: 8), to: request, now: start + .seconds(1))
        let stall = ConsumerCore.Stall.diverged(own: Self.position, log: LogPosition(epoch: .firstEpoch, sequence: 8))
        #expect(core.next(now: start + .seconds(1)) == .stalled(stall))
    }

    @Test func `does not ask because of beacons that are late while events flow`() throws {
        var core = try liveCore()
        for second in 1...20 {
            let now = start + .seconds(second)
            let sequence = Int64(10 + second)
            core.received(.example(sequence), now: now)
            #expect(core.next(now: now) == .apply([.example(sequence)]))
            core.applied(through: LogPosition(epoch: .firstEpoch, sequence: sequence), now: now)
            core.received(head: sequence - 1, epoch: .firstEpoch, now: now)
            #expect(core.next(now: now) == nil, "read just before that event was committed")
        }
    }

    @Test func `is not stopped by a late frame of another history: it asks the log`() throws {
        var core = try liveCore()
        for _ in 0..<10 { core.received(.example(11, epoch: .secondEpoch), now: start) }
        guard case .fetch(let request) = core.next(now: start) else {
            Issue.record("no fetch")
            return
        }
        core.fetched(.events([], epoch: .firstEpoch, head: 10), to: request, now: start)
        core.received(head: 3, epoch: .secondEpoch, now: start + .milliseconds(10))
        #expect(core.next(now: start + .milliseconds(10)) == nil, "asked a moment ago")
        #expect(core.counters.foreign == 11)
        #expect(core.stall == nil)
    }

    @Test func `stops when the next events are not kept any more`() {
        var core = core()
        guard case .fetch(let request) = core.next(now: start) else {
            Issue.record("no fetch")
            return
        }
        core.fetched(.truncated(epoch: .firstEpoch, oldest: 100, head: 200), to: request, now: start)
        #expect(core.next(now: start) == .stalled(.truncated(own: Self.position, oldest: 100)))
    }

    @Test func `starts at the head, if it wants nothing of the past`() {
        var core = ConsumerCore(stream: .orders, partition: 0, start: .atHead, now: start)
        core.received(.example(40), now: start)
        let request = FetchEvents(stream: .orders, epoch: nil, partition: 0, after: 0, maxEvents: 0)
        #expect(core.next(now: start) == .fetch(request))
        core.received(.example(43), now: start)
        core.fetched(.events([], epoch: .firstEpoch, head: 42), to: request, now: start)
        #expect(core.position == LogPosition(epoch: .firstEpoch, sequence: 42))
        // 43 was heard before it knew where it is: it is fetched, not forgotten.
        guard case .fetch(let next) = core.next(now: start + .milliseconds(40)) else {
            Issue.record("no fetch")
            return
        }
        #expect(next.after == 42)
    }

    @Test func `reads its cursor first, if it has one`() {
        var core = ConsumerCore(stream: .orders, partition: 0, start: .atCursor, now: start)
        #expect(core.next(now: start) == .readCursor)
        #expect(core.next(now: start) == nil)
        core.applyFailed(retryAfter: .milliseconds(10), now: start)
        #expect(core.next(now: start + .milliseconds(10)) == .readCursor)
        core.cursorFound(at: .start, now: start + .milliseconds(10))
        #expect(
            core.next(now: start + .milliseconds(10)) == .fetch(FetchEvents(stream: .orders, epoch: nil, partition: 0, after: 0)))
    }

    @Test func `takes of a batch what comes after the cursor, and nothing if something would be skipped`() {
        let batch = (11...13).map { EventFrame.example($0) }
        func remainder(_ sequence: Int64, _ epoch: UUID? = .firstEpoch) -> [Int64]? {
            ConsumerCore.remainder(of: batch, after: LogPosition(epoch: epoch, sequence: sequence))?.map(\.header.partitionSequence)
        }
        #expect(remainder(10) == [11, 12, 13])
        #expect(remainder(12) == [13])
        #expect(remainder(13) == nil)
        #expect(remainder(9) == nil)
        #expect(remainder(10, .secondEpoch) == nil)
        #expect(remainder(10, nil) == nil, "only a cursor that saw nothing may be without a history")
        #expect(ConsumerCore.remainder(of: [.example(1)], after: .start)?.count == 1)
        #expect(ConsumerCore.remainder(of: [], after: .start) == nil)
    }
}

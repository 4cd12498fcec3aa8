import Bus
import Contracts
import Foundation

/// What the simulator drives: the real core, or one with a mistake in it, to see that the mistake is found.
protocol CoreUnderTest {
    mutating func received(_ event: EventFrame, now: ContinuousClock.Instant)
    mutating func received(head: Int64, epoch: UUID, now: ContinuousClock.Instant)
    mutating func fetched(_ answer: FetchedEvents, to request: FetchEvents, now: ContinuousClock.Instant)
    mutating func fetchFailed(now: ContinuousClock.Instant)
    mutating func applied(through position: LogPosition, now: ContinuousClock.Instant)
    mutating func cursorFound(at position: LogPosition, now: ContinuousClock.Instant)
    mutating func applyFailed(retryAfter: Duration, now: ContinuousClock.Instant)
    mutating func yielded(for pause: Duration, now: ContinuousClock.Instant)
    mutating func next(now: ContinuousClock.Instant) -> ConsumerCore.Action?
    var deadline: ContinuousClock.Instant? { get }
    var position: LogPosition? { get }
    var counters: ConsumerCore.Counters { get }
}

extension ConsumerCore: CoreUnderTest {}

/// A deliberate mistake. Each must be caught, or the simulator proves nothing.
enum Mistake: CaseIterable {
    /// Takes whatever comes next for what is next in order.
    case skipsTheGapCheck
    /// Does not listen to beacons and never asks by itself.
    case waitsForASuccessor
    /// Applies the batch without comparing it with the cursor it just locked.
    case ignoresTheCursor
    /// Takes any history for the one it follows.
    case ignoresTheEpoch
    /// Publishes also when nobody knows whether the commit happened.
    case publishesUnknownCommits
    /// Moves the cursor in another transaction than the effect.
    case movesTheCursorSeparately
}

struct GapSkippingCore: CoreUnderTest {
    var core: ConsumerCore

    mutating func received(_ event: EventFrame, now: ContinuousClock.Instant) {
        if let position = core.position, position.epoch == event.header.epoch, event.header.partitionSequence > position.sequence + 1 {
            core.cursorFound(at: LogPosition(epoch: position.epoch, sequence: event.header.partitionSequence - 1), now: now)
        }
        core.received(event, now: now)
    }

    mutating func received(head: Int64, epoch: UUID, now: ContinuousClock.Instant) { core.received(head: head, epoch: epoch, now: now) }
    mutating func fetched(_ answer: FetchedEvents, to request: FetchEvents, now: ContinuousClock.Instant) {
        core.fetched(answer, to: request, now: now)
    }
    mutating func fetchFailed(now: ContinuousClock.Instant) { core.fetchFailed(now: now) }
    mutating func applied(through position: LogPosition, now: ContinuousClock.Instant) { core.applied(through: position, now: now) }
    mutating func cursorFound(at position: LogPosition, now: ContinuousClock.Instant) { core.cursorFound(at: position, now: now) }
    mutating func applyFailed(retryAfter: Duration, now: ContinuousClock.Instant) { core.applyFailed(retryAfter: retryAfter, now: now) }
    mutating func yielded(for pause: Duration, now: ContinuousClock.Instant) { core.yielded(for: pause, now: now) }
    mutating func next(now: ContinuousClock.Instant) -> ConsumerCore.Action? { core.next(now: now) }
    var deadline: ContinuousClock.Instant? { core.deadline }
    var position: LogPosition? { core.position }
    var counters: ConsumerCore.Counters { core.counters }
}

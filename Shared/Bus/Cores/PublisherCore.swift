import Contracts
import Foundation

/// Decides what a stream's replica says after a commit, and when it says how far the log has come. No I/O, no tasks, no clock.
///
/// Only the log decides what happened; what is published is a hint. So after a commit whose outcome is unknown nothing is
/// published: the next beacon, whose heads are read from the database, reveals it, also for a sibling that died after its commit.
///
/// Driving it:
/// - COMMIT confirmed → publish what ``committed(_:)`` returns, in that order. Outcome unknown → ``commitUnknown()``.
/// - At ``deadline``: if ``next(now:)`` says `.readHeads`, read every partition's head from the primary and publish the beacon that
///   ``headsRead(epoch:heads:now:)`` returns, or say ``headsUnavailable(now:)``.
package struct PublisherCore: Sendable {
    package struct Limits: Sendable {
        /// Beacon period while heads move: with it, a lost last frame is noticed after at most that long.
        package var beaconWhenMoved: Duration = .milliseconds(250)
        /// Beacon period at rest.
        package var beaconWhenIdle: Duration = .seconds(1)

        package init() {}
    }

    package enum Action: Sendable, Equatable {
        case readHeads
    }

    package let stream: StreamName
    package let limits: Limits
    private var hasMoved = true
    private var isReading = false
    private var lastBeacon: ContinuousClock.Instant
    private var lastHeads: [Int64] = []

    /// The first beacon is due at once: a service that starts again tells what it committed before it died.
    package init(stream: StreamName, limits: Limits = Limits(), now: ContinuousClock.Instant) {
        self.stream = stream
        self.limits = limits
        lastBeacon = now - limits.beaconWhenIdle
    }

    /// - Returns: what to publish now, in this order.
    package mutating func committed(_ events: [EventFrame]) -> [EventFrame] {
        if !events.isEmpty { hasMoved = true }
        return events
    }

    /// Whether it is in the log is not known here: nothing is published, and the heads are read soon.
    package mutating func commitUnknown() {
        hasMoved = true
    }

    package mutating func next(now: ContinuousClock.Instant) -> Action? {
        guard let deadline, now >= deadline else { return nil }
        isReading = true
        hasMoved = false
        return .readHeads
    }

    /// - Parameter heads: the last sequence of each partition, indexed by partition, of one snapshot.
    package mutating func headsRead(epoch: UUID, heads: [Int64], now: ContinuousClock.Instant) -> Beacon {
        isReading = false
        lastBeacon = now
        if heads != lastHeads { hasMoved = true }
        lastHeads = heads
        return Beacon(stream: stream, epoch: epoch, heads: heads)
    }

    /// The database is away: nothing true can be said. Tried again after ``Limits/beaconWhenIdle``.
    package mutating func headsUnavailable(now: ContinuousClock.Instant) {
        isReading = false
        lastBeacon = now
        hasMoved = false
    }

    /// When ``next(now:)`` has something to do; nil while heads are being read.
    package var deadline: ContinuousClock.Instant? {
        isReading ? nil : lastBeacon + (hasMoved ? limits.beaconWhenMoved : limits.beaconWhenIdle)
    }
}

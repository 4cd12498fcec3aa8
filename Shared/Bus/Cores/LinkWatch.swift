import Contracts

/// The silence rule for one socket to one replica: no valid frame for a while, or the wrong service at that address, and the
/// socket is closed and opened again as a new one. It cures what libzmq 4.3.4 does not: a connection that met a wrong peer
/// or an oversize frame never comes back by itself (messaging.md §1.5–6). No sockets, no clock.
package struct LinkWatch: Sendable {
    package struct Limits: Sendable {
        /// Three missed signs of life.
        package var silence: Duration = .seconds(3)
        /// The least time between two attempts at an address where the wrong service answers.
        package var wrongServicePause: Duration = .seconds(1)
        package var pingEvery: Duration = .seconds(1)
        /// Until the peer said who it is, so that it is found soon after it starts.
        package var pingUnknownEvery: Duration = .milliseconds(100)

        package init() {}
    }

    package enum Action: Sendable, Equatable {
        case ping
        case reopen(Reason)
    }

    package enum Reason: Sendable, Equatable {
        case silence
        case wrongService(ServiceName)
    }

    private let expected: ServiceName
    private let pings: Bool
    private let limits: Limits
    private let opened: ContinuousClock.Instant
    private var lastFrame: ContinuousClock.Instant
    private var nextPing: ContinuousClock.Instant
    private var wrongService: ServiceName?
    private var isIdentified = false

    /// - Parameter pings: whether this link can ask; a subscriber can only listen.
    package init(expecting service: ServiceName, pings: Bool, limits: Limits = Limits(), now: ContinuousClock.Instant) {
        expected = service
        self.pings = pings
        self.limits = limits
        opened = now
        lastFrame = now
        nextPing = now
    }

    /// Any frame that could be decoded.
    package mutating func received(now: ContinuousClock.Instant) {
        lastFrame = now
    }

    /// - Returns: whether the peer is the one we look for.
    package mutating func received(_ identity: PeerIdentity, now: ContinuousClock.Instant) -> Bool {
        guard identity.service == expected else {
            wrongService = identity.service
            return false
        }
        lastFrame = now
        isIdentified = true
        return true
    }

    /// The connection broke; libzmq makes another one, and whoever is there then has to say who it is.
    package mutating func lost(now: ContinuousClock.Instant) {
        isIdentified = false
        nextPing = now
    }

    package mutating func next(now: ContinuousClock.Instant) -> Action? {
        if let wrongService {
            return now >= opened + limits.wrongServicePause ? .reopen(.wrongService(wrongService)) : nil
        }
        if now >= lastFrame + limits.silence { return .reopen(.silence) }
        if pings, now >= nextPing {
            nextPing = now + (isIdentified ? limits.pingEvery : limits.pingUnknownEvery)
            return .ping
        }
        return nil
    }

    package var deadline: ContinuousClock.Instant {
        if wrongService != nil { return opened + limits.wrongServicePause }
        return pings ? min(nextPing, lastFrame + limits.silence) : lastFrame + limits.silence
    }
}

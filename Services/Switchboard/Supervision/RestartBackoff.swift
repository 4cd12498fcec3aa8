/// How long to wait before a process that ended is started again. A value: no clock, no process.
package struct RestartBackoff: Sendable {
    /// A tester's `kill -9` should hardly be felt.
    package static let shortest = Duration.milliseconds(100)
    /// A process that cannot start costs at most one attempt in this time.
    package static let longest = Duration.seconds(10)
    /// Whoever ran well for this long has shown that its start is not the trouble: what ended it came from outside, and a pause would
    /// only add to it. One that breaks by itself some time after its start costs a start in this time, at most.
    package static let forgottenAfter = Duration.seconds(3)

    private var next = shortest

    package init() {}

    /// - Parameter healthyFor: how long the process had been ready before it ended; zero if it never was.
    package mutating func delay(healthyFor: Duration) -> Duration {
        if healthyFor >= Self.forgottenAfter { next = Self.shortest }
        defer { next = min(next * 2, Self.longest) }
        return next
    }
}

import SwitchboardCommands
import Testing

@Suite struct `A process that keeps ending` {
    @Test func `is started again after ever longer pauses, at most ten seconds`() {
        var backoff = RestartBackoff()
        let delays = (0..<9).map { _ in backoff.delay(healthyFor: .seconds(1)) }
        #expect(delays.prefix(4) == [.milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800)])
        #expect(delays.last == .seconds(10))
        #expect(delays == delays.sorted())
    }

    @Test func `is forgiven once it was healthy for three seconds`() {
        var backoff = RestartBackoff()
        for _ in 0..<5 { _ = backoff.delay(healthyFor: .zero) }
        #expect(backoff.delay(healthyFor: .milliseconds(2999)) > RestartBackoff.shortest)
        #expect(backoff.delay(healthyFor: .seconds(3)) == RestartBackoff.shortest)
    }
}

import EventLog
import Testing

@Suite struct `Poison` {
    @Test func `is looked for one by one after five attempts, and parked after two more`() {
        var policy = PoisonPolicy()
        for attempt in 1...5 {
            #expect(policy.step(first: 10) == .wholeBatch)
            let pause = policy.failed(step: .wholeBatch, last: 20, reason: "why")
            #expect(attempt == 5 ? pause == .zero : pause > .zero && pause <= .seconds(1))
        }
        #expect(policy.step(first: 10) == .firstEventOnly)
        policy.succeeded(through: 10)
        for _ in 1...2 {
            #expect(policy.step(first: 11) == .firstEventOnly)
            _ = policy.failed(step: .firstEventOnly, last: 20, reason: "why")
        }
        #expect(policy.step(first: 11) == .parkFirstEvent(reason: "why"))
        policy.succeeded(through: 11)
        #expect(policy.step(first: 12) == .firstEventOnly, "the rest of the batch may hold more of it")
        policy.succeeded(through: 20)
        #expect(policy.step(first: 21) == .wholeBatch)
    }

    @Test func `is forgotten after a success`() {
        var policy = PoisonPolicy()
        for _ in 1...4 { _ = policy.failed(step: .wholeBatch, last: 20, reason: "") }
        policy.succeeded(through: 20)
        for _ in 1...4 { _ = policy.failed(step: .wholeBatch, last: 30, reason: "") }
        #expect(policy.step(first: 21) == .wholeBatch)
    }
}

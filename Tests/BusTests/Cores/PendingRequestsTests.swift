import Bus
import Contracts
import Testing

@Suite struct `Pending requests` {
    typealias Action = PendingRequests.Action
    let start = ContinuousClock.Instant.start
    let first = PendingRequests.EndpointID(1)
    let second = PendingRequests.EndpointID(2)

    func pending(_ change: (inout PendingRequests.Limits) -> Void = { _ in }) -> PendingRequests {
        var limits = PendingRequests.Limits()
        change(&limits)
        return PendingRequests(limits: limits, seed: 1)
    }

    func actions(_ pending: inout PendingRequests) -> [Action] {
        var actions: [Action] = []
        pending.takeActions(into: &actions)
        return actions
    }

    @Test func `are sent to a ready replica and end with its answer`() {
        var pending = pending()
        pending.endpointReady(first, of: .chat, now: start)
        pending.begin(1, to: .chat, budget: .seconds(5), now: start)
        #expect(actions(&pending) == [.send(1, attempt: 1, to: first, remaining: .seconds(5))])
        pending.answered(1, attempt: 1, with: .reply([1]), now: start)
        #expect(actions(&pending) == [.finish(1, .reply([1]))])
        pending.answered(1, attempt: 1, with: .reply([1]), now: start)
        #expect(actions(&pending).isEmpty)
        #expect(pending.counters.lateReplies == 1)
        #expect(pending.deadline == nil)
    }

    @Test func `go to whoever has the fewest, up to a limit, and wait beyond it`() {
        var pending = pending { $0.inFlightPerEndpointMax = 2 }
        pending.endpointReady(first, of: .chat, now: start)
        pending.endpointReady(second, of: .chat, now: start)
        for number in 1...5 as ClosedRange<UInt64> { pending.begin(number, to: .chat, budget: .seconds(5), now: start) }
        #expect(pending.inFlight(at: first) == 2)
        #expect(pending.inFlight(at: second) == 2)
        #expect(actions(&pending).count == 4)
        pending.answered(2, attempt: 1, with: .reply([]), now: start)
        guard case .send(5, attempt: 1, _, _) = actions(&pending).last else {
            Issue.record("the waiting one is not sent")
            return
        }
    }

    @Test func `are shed beyond what may wait`() {
        var pending = pending {
            $0.inFlightPerEndpointMax = 1
            $0.waitingMax = 1
        }
        pending.begin(1, to: .chat, budget: .seconds(5), now: start)
        pending.begin(2, to: .chat, budget: .seconds(5), now: start)
        #expect(actions(&pending) == [.finish(2, .failure(.unavailable(retryAfter: .seconds(1))))])
        pending.endpointReady(first, of: .chat, now: start)
        pending.begin(3, to: .chat, budget: .seconds(5), now: start)
        pending.begin(4, to: .chat, budget: .seconds(5), now: start)
        #expect(actions(&pending).last == .finish(4, .failure(.overloaded(retryAfter: .milliseconds(100)))))
        #expect(pending.counters.shed == 2)
    }

    @Test func `wait for a first replica, but not for ever`() {
        var pending = pending()
        pending.begin(1, to: .chat, budget: .seconds(5), now: start)
        #expect(pending.deadline == start + .seconds(1))
        pending.expire(now: start + .milliseconds(999))
        #expect(actions(&pending).isEmpty)
        pending.expire(now: start + .seconds(1))
        #expect(actions(&pending) == [.finish(1, .failure(.unavailable(retryAfter: .seconds(1))))])
    }

    @Test func `are asked elsewhere, at once, when their replica is lost`() {
        var pending = pending()
        pending.endpointReady(first, of: .chat, now: start)
        pending.begin(1, to: .chat, budget: .seconds(5), now: start)
        pending.endpointReady(second, of: .chat, now: start)
        _ = actions(&pending)
        pending.endpointLost(first, now: start + .seconds(1))
        #expect(
            actions(&pending) == [.suspect(1, replicasLost: 1), .send(1, attempt: 2, to: second, remaining: .seconds(4))])
        #expect(pending.counters.retried == 1)
        #expect(pending.counters.suspected == 1)
        pending.answered(1, attempt: 2, with: .reply([1]), now: start + .seconds(1))
        #expect(actions(&pending) == [.finish(1, .reply([1]))], "one repeat makes good what was lost by chance")
        #expect(pending.counters.abandoned == 0)
    }

    @Test func `that two replicas were lost with are asked nobody else, however many there are`() {
        let third = PendingRequests.EndpointID(3)
        var pending = pending()
        pending.endpointReady(first, of: .chat, now: start)
        pending.begin(1, to: .chat, budget: .seconds(5), now: start)
        pending.endpointReady(second, of: .chat, now: start)
        pending.endpointLost(first, now: start)
        _ = actions(&pending)
        pending.begin(2, to: .chat, budget: .seconds(5), now: start)
        pending.endpointReady(third, of: .chat, now: start)
        pending.endpointReady(first, of: .chat, now: start)
        guard case .send(2, attempt: 1, to: second, _) = actions(&pending).first else {
            Issue.record("the second request is not at the second replica")
            return
        }
        pending.endpointLost(second, now: start)
        let after = actions(&pending)
        #expect(after.prefix(2) == [.suspect(1, replicasLost: 2), .finish(1, .failure(.replicasLost))])
        #expect(after.dropFirst(2).first == .suspect(2, replicasLost: 1))
        #expect(after.count == 4, "the other request, lost for the first time, goes on elsewhere")
        #expect(pending.counters.suspected == 3)
        #expect(pending.counters.abandoned == 1)
    }

    @Test func `are suspect at a replica that took too long, too, though it was given up`() {
        var pending = pending { $0.attemptsMax = 10 }
        pending.endpointReady(first, of: .chat, now: start)
        pending.begin(1, to: .chat, budget: .seconds(20), now: start)
        pending.endpointReady(second, of: .chat, now: start)
        _ = actions(&pending)
        pending.expire(now: start + .seconds(2))
        #expect(actions(&pending) == [.send(1, attempt: 2, to: second, remaining: .seconds(18))])
        pending.endpointLost(first, now: start + .seconds(3))
        #expect(actions(&pending) == [.suspect(1, replicasLost: 1)], "it is out elsewhere")
        pending.endpointReady(first, of: .chat, now: start + .seconds(3))
        pending.endpointLost(second, now: start + .seconds(3))
        #expect(actions(&pending) == [.suspect(1, replicasLost: 2), .finish(1, .failure(.replicasLost))])
    }

    @Test func `are not suspect at a replica that never had them, or has answered`() {
        var pending = pending()
        pending.endpointReady(first, of: .chat, now: start)
        pending.begin(1, to: .chat, budget: .seconds(5), now: start)
        _ = actions(&pending)
        pending.sendFailed(1, attempt: 1, now: start)
        pending.endpointLost(first, now: start)
        #expect(actions(&pending).isEmpty)
        pending.endpointReady(second, of: .chat, now: start)
        pending.expire(now: start + .milliseconds(20))
        #expect(actions(&pending).count == 1, "it is out again")
        pending.answered(1, attempt: 2, with: .failure(.unavailable(retryAfter: .zero)), now: start + .milliseconds(20))
        pending.endpointLost(second, now: start + .milliseconds(20))
        #expect(actions(&pending).isEmpty)
        #expect(pending.counters.suspected == 0)
    }

    @Test func `of a lost replica wait for its return if there is no other`() {
        var pending = pending()
        pending.endpointReady(first, of: .chat, now: start)
        pending.begin(1, to: .chat, budget: .seconds(5), now: start)
        _ = actions(&pending)
        pending.endpointLost(first, now: start)
        #expect(actions(&pending) == [.suspect(1, replicasLost: 1)])
        pending.endpointReady(first, of: .chat, now: start + .milliseconds(300))
        #expect(actions(&pending) == [.send(1, attempt: 2, to: first, remaining: .milliseconds(4700))])
    }

    @Test func `are asked again when an attempt takes too long, and take a late answer of the first attempt too`() {
        var pending = pending()
        pending.endpointReady(first, of: .chat, now: start)
        pending.endpointReady(second, of: .chat, now: start)
        pending.begin(1, to: .chat, budget: .seconds(5), now: start)
        guard case .send(1, attempt: 1, let asked, _) = actions(&pending).first else {
            Issue.record("not sent")
            return
        }
        pending.expire(now: start + .seconds(2))
        let other = asked == first ? second : first
        #expect(actions(&pending) == [.send(1, attempt: 2, to: other, remaining: .seconds(3))])
        // Trouble of the attempt that was given up says nothing about the one that is out.
        pending.answered(1, attempt: 1, with: .failure(.overloaded(retryAfter: .zero)), now: start + .seconds(2))
        #expect(actions(&pending).isEmpty)
        pending.answered(1, attempt: 1, with: .reply([1]), now: start + .seconds(2))
        #expect(actions(&pending) == [.finish(1, .reply([1]))])
        #expect(pending.inFlight(at: first) == 0 && pending.inFlight(at: second) == 0)
    }

    @Test func `pause with jitter between attempts, at most four of them`() {
        var pending = pending()
        pending.endpointReady(first, of: .chat, now: start)
        pending.begin(1, to: .chat, budget: .seconds(20), now: start)
        var now = start
        var attempts = 0
        var outcome: Answer?
        while outcome == nil {
            for action in actions(&pending) {
                switch action {
                case .send(_, let attempt, _, _):
                    attempts += 1
                    #expect(Int(attempt) == attempts)
                    pending.answered(1, attempt: attempt, with: .failure(.unavailable(retryAfter: .zero)), now: now)
                case .finish(_, let answer): outcome = answer
                case .suspect: Issue.record("nobody was lost")
                }
            }
            guard outcome == nil, let deadline = pending.deadline else { continue }
            #expect(deadline - now <= .milliseconds(20 * (1 << (attempts - 1))))
            now = deadline
            pending.expire(now: now)
        }
        #expect(attempts == 4)
        #expect(outcome == .failure(.unavailable(retryAfter: .zero)))
    }

    @Test func `respect what a busy replica asks for, if it is the only one`() {
        var pending = pending()
        pending.endpointReady(first, of: .chat, now: start)
        pending.begin(1, to: .chat, budget: .seconds(5), now: start)
        _ = actions(&pending)
        pending.answered(1, attempt: 1, with: .failure(.overloaded(retryAfter: .milliseconds(700))), now: start)
        pending.expire(now: start + .milliseconds(699))
        #expect(actions(&pending).isEmpty)
        pending.expire(now: start + .milliseconds(700))
        #expect(actions(&pending) == [.send(1, attempt: 2, to: first, remaining: .milliseconds(4300))])
    }

    @Test func `end with what the service said last, if it was not able to answer, and not with the clock`() {
        var pending = pending()
        pending.endpointReady(first, of: .chat, now: start)
        pending.begin(1, to: .chat, budget: .seconds(5), now: start)
        _ = actions(&pending)
        pending.answered(1, attempt: 1, with: .failure(.unavailable(retryAfter: .seconds(1))), now: start + .seconds(3))
        pending.expire(now: start + .seconds(4))
        #expect(actions(&pending).count == 1, "a second attempt is on its way")
        pending.expire(now: start + .seconds(5))
        #expect(actions(&pending) == [.finish(1, .failure(.unavailable(retryAfter: .seconds(1))))])
    }

    @Test func `end when the budget is gone, whatever they are doing`() {
        var pending = pending()
        pending.begin(1, to: .chat, budget: .zero, now: start)
        #expect(actions(&pending) == [.finish(1, .failure(.deadlineExceeded))])
        pending.endpointReady(first, of: .chat, now: start)
        pending.begin(2, to: .chat, budget: .milliseconds(300), now: start)
        _ = actions(&pending)
        pending.expire(now: start + .milliseconds(300))
        #expect(actions(&pending) == [.finish(2, .failure(.deadlineExceeded))])
        pending.begin(3, to: .chat, budget: .milliseconds(300), now: start)
        _ = actions(&pending)
        pending.answered(3, attempt: 1, with: .failure(.unavailable(retryAfter: .seconds(1))), now: start)
        #expect(actions(&pending) == [.finish(3, .failure(.unavailable(retryAfter: .seconds(1))))], "waiting would outlast the budget")
    }

    @Test func `are not asked again when the answer is final`() {
        let final: [Answer] = [
            .reply([]), .refusal(Refusal(code: "no", details: [:])), .failure(.malformed("")), .failure(.unknownSubject("a.b")),
            .failure(.internal(incident: "")), .failure(.cancelled), .failure(.deadlineExceeded), .failure(.replicasLost),
        ]
        for answer in final {
            var pending = pending()
            pending.endpointReady(first, of: .chat, now: start)
            pending.begin(1, to: .chat, budget: .seconds(5), now: start)
            _ = actions(&pending)
            pending.answered(1, attempt: 1, with: answer, now: start)
            #expect(actions(&pending) == [.finish(1, answer)])
        }
    }

    @Test func `make room when they are cancelled`() {
        var pending = pending { $0.inFlightPerEndpointMax = 1 }
        pending.endpointReady(first, of: .chat, now: start)
        pending.begin(1, to: .chat, budget: .seconds(5), now: start)
        pending.begin(2, to: .chat, budget: .seconds(5), now: start)
        _ = actions(&pending)
        pending.cancel(1, now: start)
        #expect(actions(&pending) == [.send(2, attempt: 1, to: first, remaining: .seconds(5))])
        pending.cancel(2, now: start)
        #expect(actions(&pending).isEmpty)
        #expect(pending.inFlight(at: first) == 0)
    }

    @Test func `go nowhere near a replica that drains`() {
        var pending = pending()
        pending.endpointReady(first, of: .chat, now: start)
        pending.endpointReady(second, of: .chat, now: start)
        pending.endpointDraining(first)
        for number in 1...10 as ClosedRange<UInt64> { pending.begin(number, to: .chat, budget: .seconds(5), now: start) }
        #expect(pending.inFlight(at: second) == 10)
        #expect(pending.readyCount == 1)
    }

    /// Whatever happens, every request ends once and nothing is counted twice.
    @Test func `end exactly once, whatever happens`() {
        for seed in 1...300 as ClosedRange<UInt64> {
            var generator = SplitMix64(seed: seed)
            var pending = pending {
                $0.inFlightPerEndpointMax = 3
                $0.waitingMax = 5
            }
            var now = start
            var finished: [UInt64: Int] = [:]
            var cancelled: Set<UInt64> = []
            var inFlight: [(UInt64, UInt8)] = []
            var begun: UInt64 = 0
            for _ in 0..<200 {
                let endpoint = PendingRequests.EndpointID(Int.random(in: 1...3, using: &generator))
                switch Int.random(in: 0..<10, using: &generator) {
                case 0...3:
                    begun += 1
                    pending.begin(begun, to: .chat, budget: .milliseconds(Int.random(in: 0...4000, using: &generator)), now: now)
                case 4: pending.endpointReady(endpoint, of: .chat, now: now)
                case 5: pending.endpointLost(endpoint, now: now)
                case 6:
                    if begun > 0 {
                        let number = UInt64.random(in: 1...begun, using: &generator)
                        if finished[number] == nil { cancelled.insert(number) }
                        pending.cancel(number, now: now)
                    }
                case 7...8:
                    if let (number, attempt) = inFlight.randomElement(using: &generator) {
                        let answers: [Answer] = [.reply([]), .failure(.overloaded(retryAfter: .milliseconds(5)))]
                        pending.answered(number, attempt: attempt, with: answers.randomElement(using: &generator)!, now: now)
                    }
                default:
                    now += .milliseconds(Int.random(in: 0...500, using: &generator))
                    pending.expire(now: now)
                }
                for action in actions(&pending) {
                    switch action {
                    case .send(let number, let attempt, _, _): inFlight.append((number, attempt))
                    case .finish(let number, _): finished[number, default: 0] += 1
                    case .suspect(let number, let replicasLost):
                        #expect(finished[number] == nil && (1...3).contains(replicasLost), "seed \(seed)")
                    }
                }
            }
            for _ in 0..<20 {
                now += .seconds(1)
                pending.expire(now: now)
                for action in actions(&pending) { if case .finish(let number, _) = action { finished[number, default: 0] += 1 } }
            }
            #expect(pending.pendingCount == 0)
            #expect(begun > 20)
            let isRight = (1...begun).allSatisfy { cancelled.contains($0) ? finished[$0] ?? 0 <= 1 : finished[$0] == 1 }
            #expect(isRight, "seed \(seed)")
            for number in 1...3 { #expect(pending.inFlight(at: .init(number)) == 0, "seed \(seed)") }
        }
    }
}

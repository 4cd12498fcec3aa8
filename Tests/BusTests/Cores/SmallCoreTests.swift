import Bus
import Contracts
import Foundation
import Testing

@Suite struct `A link's watch` {
    let start = ContinuousClock.Instant.start

    func identity(_ service: ServiceName) -> PeerIdentity {
        PeerIdentity(service: service, replica: 1, instance: .firstEpoch, isReady: true, isDraining: false)
    }

    @Test func `pings often until it knows the peer, then once a second`() {
        var watch = LinkWatch(expecting: .chat, pings: true, now: start)
        #expect(watch.next(now: start) == .ping)
        #expect(watch.next(now: start) == nil)
        #expect(watch.next(now: start + .milliseconds(100)) == .ping)
        let isRight = watch.received(identity(.chat), now: start + .milliseconds(150))
        #expect(isRight)
        #expect(watch.next(now: start + .milliseconds(200)) == .ping)
        #expect(watch.next(now: start + .milliseconds(1199)) == nil)
        #expect(watch.next(now: start + .milliseconds(1200)) == .ping)
        watch.lost(now: start + .milliseconds(1300))
        #expect(watch.next(now: start + .milliseconds(1300)) == .ping)
    }

    @Test func `opens the link again after three seconds of silence`() {
        var watch = LinkWatch(expecting: .chat, pings: false, now: start)
        watch.received(now: start + .seconds(2))
        #expect(watch.next(now: start + .milliseconds(4999)) == nil)
        #expect(watch.deadline == start + .seconds(5))
        #expect(watch.next(now: start + .seconds(5)) == .reopen(.silence))
    }

    @Test func `opens the link again when the wrong service answers, but not in a hurry`() {
        var watch = LinkWatch(expecting: .chat, pings: true, now: start)
        let isRight = watch.received(identity(.router), now: start)
        #expect(!isRight)
        #expect(watch.next(now: start + .milliseconds(999)) == nil)
        #expect(watch.deadline == start + .seconds(1))
        #expect(watch.next(now: start + .seconds(1)) == .reopen(.wrongService(.router)))
    }
}

@Suite struct `A publisher` {
    let start = ContinuousClock.Instant.start
    let heads = [Int64](repeating: 1, count: 16)

    @Test func `tells where its log stands as soon as it starts`() {
        var core = PublisherCore(stream: .orders, now: start)
        #expect(core.next(now: start) == .readHeads)
        #expect(core.next(now: start) == nil, "one reading at a time")
        #expect(core.deadline == nil)
        let beacon = core.headsRead(epoch: .firstEpoch, heads: heads, now: start)
        #expect(beacon == Beacon(stream: .orders, epoch: .firstEpoch, heads: heads))
    }

    @Test func `tells it every second at rest and four times a second while it moves`() {
        var core = PublisherCore(stream: .orders, now: start)
        _ = core.next(now: start)
        _ = core.headsRead(epoch: .firstEpoch, heads: heads, now: start)
        #expect(core.deadline == start + .milliseconds(250), "it had never told before")
        _ = core.next(now: start + .milliseconds(250))
        _ = core.headsRead(epoch: .firstEpoch, heads: heads, now: start + .milliseconds(250))
        #expect(core.deadline == start + .milliseconds(1250))
        #expect(core.committed([.example(2)]) == [.example(2)])
        #expect(core.deadline == start + .milliseconds(500))
    }

    @Test func `hurries after a commit that came while it was reading, and after one that a sibling made`() {
        var core = PublisherCore(stream: .orders, now: start)
        for _ in 0..<2 {
            _ = core.next(now: start + .seconds(1))
            _ = core.headsRead(epoch: .firstEpoch, heads: heads, now: start + .seconds(1))
            _ = core.next(now: start + .seconds(2))
        }
        _ = core.committed([.example(2)])
        _ = core.headsRead(epoch: .firstEpoch, heads: heads, now: start + .seconds(2))
        #expect(core.deadline == start + .milliseconds(2250))
        _ = core.next(now: start + .seconds(3))
        _ = core.headsRead(epoch: .firstEpoch, heads: heads.map { $0 + 1 }, now: start + .seconds(3))
        #expect(core.deadline == start + .milliseconds(3250))
    }

    @Test func `says nothing about a commit that it does not know of, and looks soon`() {
        var core = PublisherCore(stream: .orders, now: start)
        _ = core.next(now: start)
        _ = core.headsRead(epoch: .firstEpoch, heads: heads, now: start)
        _ = core.next(now: start + .seconds(1))
        _ = core.headsRead(epoch: .firstEpoch, heads: heads, now: start + .seconds(1))
        core.commitUnknown()
        #expect(core.deadline == start + .milliseconds(1250))
    }

    @Test func `is silent while its database is away, and tries again`() {
        var core = PublisherCore(stream: .orders, now: start)
        _ = core.next(now: start)
        core.headsUnavailable(now: start)
        #expect(core.deadline == start + .seconds(1))
        #expect(core.next(now: start + .seconds(1)) == .readHeads)
    }
}

@Suite struct `An admission queue` {
    let start = ContinuousClock.Instant.start

    func verdict(_ queue: inout AdmissionQueue<Int>, _ work: Int, deadline: Duration = .seconds(5)) -> String {
        switch queue.arrived(work, deadline: start + deadline) {
        case .run(let work): "run \(work)"
        case .wait: "wait"
        case .overloaded: "overloaded"
        }
    }

    @Test func `runs some, lets some wait in order, and refuses the rest`() {
        var limits = AdmissionQueue<Int>.Limits()
        limits.runningMax = 2
        limits.waitingMax = 3
        var queue = AdmissionQueue<Int>(limits: limits)
        #expect((1...6).map { verdict(&queue, $0) } == ["run 1", "run 2", "wait", "wait", "wait", "overloaded"])
        #expect(queue.finished(now: start) == 3)
        #expect(verdict(&queue, 7) == "wait")
        #expect((0..<4).map { _ in queue.finished(now: start) } == [4, 5, 7, nil])
        #expect(queue.running == 1)
    }

    @Test func `drops what nobody waits for any more`() {
        var limits = AdmissionQueue<Int>.Limits()
        limits.runningMax = 1
        var queue = AdmissionQueue<Int>(limits: limits)
        _ = verdict(&queue, 1)
        _ = verdict(&queue, 2, deadline: .seconds(1))
        _ = verdict(&queue, 3)
        #expect(queue.finished(now: start + .seconds(2)) == 3)
        #expect(queue.expired == 1)
    }

    @Test func `keeps its order over thousands`() {
        var limits = AdmissionQueue<Int>.Limits()
        limits.runningMax = 1
        limits.waitingMax = 10_000
        var queue = AdmissionQueue<Int>(limits: limits)
        for work in 0..<5000 { _ = verdict(&queue, work) }
        var order: [Int] = []
        while let next = queue.finished(now: start) { order.append(next) }
        #expect(order == Array(1..<5000))
        #expect(queue.running == 0 && queue.waitingCount == 0)
    }
}

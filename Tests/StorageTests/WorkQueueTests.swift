import Storage
import Synchronization
import Testing

@Suite struct `Waiting for a connection` {
    @Test func `lanes and ordinary jobs take turns, each kind in its order`() {
        let queue = WorkQueue(waitingMax: 10, unreachablePatience: .zero)
        let ran = Mutex<[String]>([])
        func add(_ name: String, isUrgent: Bool) {
            let job = WorkQueue.Job(deadline: .now + .seconds(60), run: { _ in }, refuse: { _ in ran.withLock { $0.append(name) } })
            queue.add(job, isUrgent: isUrgent)
        }
        for name in ["a", "b", "c"] { add(name, isUrgent: false) }
        for name in ["L1", "L2"] { add(name, isUrgent: true) }
        for _ in 0..<5 {
            guard case .job(let job) = queue.next() else {
                Issue.record("five jobs wait")
                return
            }
            job.refuse(.overloaded)
        }
        #expect(ran.withLock { $0 } == ["L1", "a", "L2", "b", "c"])
    }

    @Test func `what is closed refuses what waits, once, and what comes later`() {
        let queue = WorkQueue(waitingMax: 10, unreachablePatience: .zero)
        let refused = Mutex(0)
        let job = WorkQueue.Job(deadline: .now + .seconds(60), run: { _ in }, refuse: { _ in refused.withLock { $0 += 1 } })
        queue.add(job)
        queue.add(job, isUrgent: true)
        queue.close(workers: 1)
        #expect(refused.withLock { $0 } == 2)
        queue.add(job)
        #expect(refused.withLock { $0 } == 3)
    }

    @Test func `nothing waits once no worker could connect for a while, until one is connected`() {
        let queue = WorkQueue(waitingMax: 10, unreachablePatience: .seconds(1))
        let noon = ContinuousClock.now
        let refused = Mutex(0)
        let job = WorkQueue.Job(deadline: noon + .seconds(60), run: { _ in }, refuse: { _ in refused.withLock { $0 += 1 } })
        queue.workerConnected()
        queue.workerCouldNotConnect(now: noon)
        queue.expire(now: noon + .seconds(2))
        queue.add(job, now: noon + .seconds(2))
        #expect(refused.withLock { $0 } == 0, "another worker is connected")
        queue.workerLostConnection()
        queue.workerCouldNotConnect(now: noon + .seconds(2))
        queue.expire(now: noon + .seconds(2.5))
        #expect(refused.withLock { $0 } == 0, "it may be back in a moment")
        queue.expire(now: noon + .seconds(3))
        #expect(refused.withLock { $0 } == 1)
        queue.add(job, now: noon + .seconds(3))
        #expect(refused.withLock { $0 } == 2)
        queue.workerConnected()
        queue.add(job, now: noon + .seconds(4))
        #expect(refused.withLock { $0 } == 2)
    }
}

import Contracts
import Foundation
import Jobs
import ServiceKit
import ServiceLifecycle
import Storage
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct `A worker of jobs` {
    let test: TestDatabase
    let database: Database
    let store: JobStore
    let metrics = MetricsRegistry()
    let ours = TenantID.new()
    let theirs = TenantID.new()

    init() async throws {
        let stage = try await JobsStage()
        test = stage.test
        database = stage.database
        store = JobStore(service: .chat, database: stage.database)
    }

    private func kind(_ name: String = "send", isDeduplicated: Bool = false, attemptTimeMax: Duration = .seconds(60)) -> JobKind {
        JobKind(
            name, attemptsMax: 3, ageMax: .seconds(3600), isDeduplicatedByProvider: isDeduplicated, attemptTimeMax: attemptTimeMax,
            backoff: Backoff(first: .milliseconds(1)), lookUpPause: .milliseconds(1))
    }

    private func worker(_ effects: [JobEffect], _ change: (inout JobWorkerLimits) -> Void = { _ in }) -> JobWorker {
        var limits = JobWorkerLimits()
        limits.period = .milliseconds(20)
        change(&limits)
        return JobWorker(store: store, effects: effects, limits: limits, metrics: metrics, logger: .tests)
    }

    @discardableResult
    private func enqueue(_ worker: JobWorker, _ key: String, kind: String = "send", of tenant: TenantID? = nil) async throws -> JobID {
        let (job, tenant) = (NewJob(kind: kind, key: key), tenant ?? ours)
        _ = try await database.transaction(.tenant(tenant)) { try worker.enqueue([job], of: tenant, in: $0) }
        return job.id
    }

    private func state(_ id: JobID, of tenant: TenantID? = nil) async throws -> JobState? {
        try await store.list(nil, of: tenant ?? ours, limit: 50, cursor: nil).items.first { $0.id == id }?.state
    }

    private func reaches(_ state: JobState, _ id: JobID, of tenant: TenantID? = nil) async throws {
        try await eventually("the job is \(state)") { try await self.state(id, of: tenant) == state }
    }

    @Test func `begins what its own service decided at once, and what it does not do itself never`() async throws {
        let worker = worker([JobEffect(kind()) { _ in .done }]) { $0.period = .seconds(3600) }
        try await withServices([database, worker]) {
            let first = try await enqueue(worker, "a")
            try await reaches(.done, first)
            let foreign = try await enqueue(worker, "b", kind: "of another version")
            let second = try await enqueue(worker, "a")
            try await reaches(.done, second)
            #expect(try await state(foreign) == .queued)
        }
        let numbers = metrics.exposition()
        #expect(numbers.contains(#"switchboard_job_attempts_total{kind="send",outcome="done"} 2"#))
        #expect(numbers.contains(#"switchboard_jobs{kind="send",state="unknown"} 0"#))
        #expect(numbers.contains(#"switchboard_jobs_oldest_queued_seconds{kind="send"} 0"#))
    }

    @Test func `keeps places for other companies while one company's provider hangs`() async throws {
        let gate = Gate()
        let slow = ours
        let worker = worker([
            JobEffect(kind()) { job in
                if job.clientID == slow { try await gate.pass() }
                return .done
            }
        ]) { ($0.concurrentMax, $0.concurrentPerTenantMax) = (3, 2) }
        try await withServices([database, worker]) {
            var slowOnes: [JobID] = []
            for number in 0..<6 { slowOnes.append(try await enqueue(worker, "key \(number)")) }
            try await eventually("the slow company has its places") { gate.came == 2 }
            for number in 0..<3 { try await reaches(.done, try await enqueue(worker, "key \(number)", of: theirs), of: theirs) }
            #expect(gate.came == 2)
            gate.open()
            for id in slowOnes { try await reaches(.done, id) }
        }
    }

    @Test func `renews the lease of what takes long`() async throws {
        let gate = Gate()
        let worker = worker([
            JobEffect(kind()) { _ in
                try await gate.pass()
                return .done
            }
        ]) { $0.lease = .seconds(3) }
        try await withServices([database, worker]) {
            let id = try await enqueue(worker, "a")
            try await eventually("it runs") { gate.came == 1 }
            let first = try await leaseUntil(id)
            try await eventually("the lease is renewed twice") { try await leaseUntil(id) > first + 0.5 }
            gate.open()
            try await reaches(.done, id)
            #expect(gate.came == 1)
        }
    }

    private func leaseUntil(_ id: JobID) async throws -> Date {
        try await database.query(.tenant(ours), "SELECT lease_until FROM chat.jobs WHERE client_id = \(ours) AND id = \(id)")[0][
            "lease_until"]
    }

    @Test func `cancels an attempt whose lease was taken away, and one that takes too long`() async throws {
        let gate = Gate()
        let effect: @Sendable (Job) async throws -> JobOutcome = { _ in
            try await gate.pass()
            return .done
        }
        let worker = worker([JobEffect(kind(), run: effect), JobEffect(kind("quick", attemptTimeMax: .milliseconds(10)), run: effect)]) {
            $0.lease = .seconds(3)
        }
        try await withServices([database, worker]) {
            let slow = try await enqueue(worker, "a")
            try await eventually("it runs") { gate.came == 1 }
            _ = try await database.query(
                .tenant(ours),
                "UPDATE chat.jobs SET state = 'unknown', lease_until = NULL, attempt = 7 WHERE client_id = \(ours) AND id = \(slow)")
            let quick = try await enqueue(worker, "b", kind: "quick")
            try await reaches(.unknown, quick)
            try await eventually("the lost one is counted") {
                metrics.exposition().contains(#"switchboard_job_attempts_total{kind="send",outcome="late"} 1"#)
            }
            #expect(try await state(slow) == .unknown)
        }
    }

    @Test func `does not repeat what threw, and asks the provider what became of it`() async throws {
        struct ConnectionReset: Error {}
        let calls = Mutex(0)
        let throwing: @Sendable (Job) async throws -> JobOutcome = { _ in
            calls.withLock { $0 += 1 }
            throw ConnectionReset()
        }
        let worker = worker([
            JobEffect(kind("plain"), run: throwing), JobEffect(kind("looked-up"), run: throwing, lookUp: { _ in .done }),
            JobEffect(kind("deduplicated", isDeduplicated: true)) { job in
                if job.attempt < 3 { throw ConnectionReset() }
                return .done
            },
        ])
        try await withServices([database, worker]) {
            let plain = try await enqueue(worker, "a", kind: "plain")
            let lookedUp = try await enqueue(worker, "b", kind: "looked-up")
            let deduplicated = try await enqueue(worker, "c", kind: "deduplicated")
            try await reaches(.done, lookedUp)
            try await reaches(.done, deduplicated)
            try await reaches(.unknown, plain)
            #expect(calls.withLock { $0 } == 2)
            let shown = try await store.list(.unknown, of: ours, limit: 10, cursor: nil).items
            #expect(shown.map(\.lastError?.code) == ["no-answer"])
        }
    }

    @Test func `finishes what runs when it is told to stop, and begins nothing more`() async throws {
        let begun = Mutex(0)
        let worker = worker([
            JobEffect(kind()) { _ in
                begun.withLock { $0 += 1 }
                try await gracefulShutdown()
                return .done
            }
        ])
        let (running, waiting) = try await withServices([database, worker]) {
            let running = try await enqueue(worker, "a")
            try await eventually("it runs") { begun.withLock { $0 } == 1 }
            return (running, try await enqueue(worker, "a"))
        }
        let later = JobStore(service: .chat, database: test.database(.chat))
        let items = try await later.list(nil, of: ours, limit: 10, cursor: nil).items
        #expect(items.first { $0.id == running }?.state == .done)
        #expect(items.first { $0.id == waiting }?.state == .queued)
    }

    @Test func `leaves what does not end in time to the lease`() async throws {
        let gate = Gate()
        let worker = worker([
            JobEffect(kind()) { _ in
                try await gate.pass()
                return .done
            }
        ]) { $0.stopMax = .zero }
        let running = try await withServices([database, worker]) {
            let running = try await enqueue(worker, "a")
            try await eventually("it runs") { gate.came == 1 }
            return running
        }
        let later = JobStore(service: .chat, database: test.database(.chat))
        #expect(try await later.list(nil, of: ours, limit: 10, cursor: nil).items.map(\.id) == [running])
        #expect(try await later.list(.running, of: ours, limit: 10, cursor: nil).items.count == 1)
    }
}

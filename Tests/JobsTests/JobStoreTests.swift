import Contracts
import Foundation
import Jobs
import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct `The table of jobs` {
    let stage: JobsStage
    let store: JobStore
    let ours = TenantID.new()
    let theirs = TenantID.new()
    let effect = JobEffect(
        JobKind("send", attemptsMax: 5, ageMax: .seconds(86_400), isDeduplicatedByProvider: false, backoff: Backoff(first: .seconds(8)))
    ) { _ in .done }

    init() async throws {
        stage = try await JobsStage()
        store = stage.store()
    }

    private func claim(of tenant: TenantID? = nil, limit: Int = 10) async throws -> [Job] {
        try await store.claim([effect.kind], of: tenant ?? ours, limit: limit, lease: .seconds(30)).jobs
    }

    private func job(_ key: String, id: JobID = .new(), deduplicationID: String? = nil) -> NewJob {
        NewJob(id: id, kind: "send", key: key, deduplicationID: deduplicationID, payload: Array("{}".utf8))
    }

    @Test func `keeps one row of an effect, however often and under whichever id it is decided`() async throws {
        let first = job("a", deduplicationID: "message 1")
        #expect(try await stage.enqueue([first], of: ours) == 1)
        #expect(try await stage.enqueue([first], of: ours) == 0)
        #expect(try await stage.enqueue([job("a", deduplicationID: "message 1"), job("a", deduplicationID: "message 2")], of: ours) == 1)
        #expect(try await stage.enqueue([first], of: theirs) == 1, "another company's effect is another one")
        #expect(try await stage.states(of: ours).count == 2)
    }

    @Test func `keeps nothing of a transaction that was undone`() async throws {
        struct Undone: Error {}
        let (store, ours, one) = (store, ours, job("a"))
        await #expect(throws: Undone.self) {
            try await stage.database.transaction(.tenant(ours)) { transaction in
                try store.enqueue([one], of: ours, in: transaction)
                throw Undone()
            }
        }
        #expect(try await claim().isEmpty)
    }

    @Test func `gives one of each key at a time, in the order in which they were made`() async throws {
        let jobs = [job("a"), job("a"), job("b"), job("a")]
        #expect(try await stage.enqueue(jobs, of: ours) == 4)
        let first = try await claim()
        #expect(first.map(\.id) == [jobs[0].id, jobs[2].id])
        #expect(try await claim().isEmpty, "the others wait for the first of their key")
        #expect(try await store.answer(.retry(JobFailure(code: "busy", detail: "")), to: first[0], of: effect, chance: 1) == .queued)
        #expect(try await claim().isEmpty, "also while that waits for its next attempt")
        stage.clock.pass(8)
        let again = try await claim()
        #expect(again.map(\.id) == [jobs[0].id] && again[0].attempt == 2)
        #expect(try await store.answer(.failed(JobFailure(code: "no", detail: "")), to: again[0], of: effect) == .failed)
        let next = try await claim()
        #expect(next.map(\.id) == [jobs[1].id], "one that failed holds back nobody")
        #expect(try await store.answer(.unknown(JobFailure(code: "lost", detail: "")), to: next[0], of: effect) == .unknown)
        #expect(try await claim().map(\.id) == [jobs[3].id], "nor does one that nobody can look up")
    }

    @Test func `holds back a key while what is unknown may turn out to be not done`() async throws {
        let looked = JobEffect(effect.kind, run: { _ in .done }, lookUp: { _ in .notDone })
        let jobs = [job("a"), job("a")]
        #expect(try await stage.enqueue(jobs, of: ours) == 2)
        let first = try await claim()
        #expect(try await store.answer(.unknown(JobFailure(code: "lost", detail: "")), to: first[0], of: looked) == .unknown)
        #expect(try await claim().isEmpty)
        stage.clock.pass(30)
        let lookUps = try await store.beginLookUps([looked], of: ours, limit: 5, lease: .seconds(30))
        #expect(lookUps.map(\.job.id) == [jobs[0].id])
        #expect(try await store.beginLookUps([looked], of: ours, limit: 5, lease: .seconds(30)).isEmpty, "one asks at a time")
        #expect(try await store.endLookUp(lookUps[0], .notDone, of: looked.kind, chance: 0) == .queued)
        #expect(try await claim().map(\.id) == [jobs[0].id])
    }

    @Test func `believes no worker whose lease was taken away`() async throws {
        #expect(try await stage.enqueue([job("a")], of: ours) == 1)
        let first = try await claim()[0]
        #expect(try await store.renew([first], of: ours, lease: .seconds(30)) == [first.id])
        #expect(try await store.expire([effect], of: ours) == 0)
        stage.clock.pass(31)
        #expect(try await store.expire([effect], of: ours) == 1)
        #expect(try await store.renew([first], of: ours, lease: .seconds(30)) == [])
        #expect(try await store.retry(first.id, of: ours).state == .queued)
        let second = try await claim()[0]
        #expect(second.attempt == 2)
        #expect(try await store.answer(.done, to: first, of: effect) == nil)
        #expect(try await stage.states(of: ours) == [first.id: .running])
        #expect(try await store.answer(.done, to: second, of: effect) == .done)
    }

    @Test func `is claimed by many at once without two of a key, even as keys are retried by hand`() async throws {
        let jobs = (0..<60).map { job("key \($0 % 6)") }
        #expect(try await stage.enqueue(jobs, of: ours) == 60)
        let (ours, effect) = (ours, effect)
        let stores = (0..<4).map { _ in stage.store() }
        let done = try await withThrowingTaskGroup(of: [JobID].self) { group in
            for store in stores {
                group.addTask {
                    var done: [JobID] = []
                    var idle = 0
                    while idle < 20 {
                        let claimed = try await store.claim([effect.kind], of: ours, limit: 3, lease: .seconds(30)).jobs
                        idle = claimed.isEmpty ? idle + 1 : 0
                        for job in claimed where try await store.answer(.done, to: job, of: effect) == .done { done.append(job.id) }
                    }
                    return done
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(done.count == 60 && Set(done) == Set(jobs.map(\.id)))
        // A second of a key, which no claim may make, is what the index refuses.
        #expect(try await stage.enqueue([job("key 0"), job("key 0")], of: ours) == 2)
        #expect(try await claim().count == 1)
        await #expect(throws: DatabaseError.uniqueViolation(constraint: "jobs_running_key")) {
            try await stage.database.query(
                .tenant(ours),
                "UPDATE chat.jobs SET state = 'running', lease_until = now() WHERE client_id = \(ours) AND state = 'queued'")
        }
    }

    @Test func `is looked through for what may be done, however many due jobs stand behind one that waits`() async throws {
        let later = stage.clock.now + 3600
        func waiting(_ key: String) -> NewJob { NewJob(kind: "send", key: key, notBefore: later) }
        #expect(try await stage.enqueue([waiting("hook")] + (0..<300).map { _ in job("hook") }, of: ours) == 301)
        let other = job("zz")
        #expect(try await stage.enqueue([other], of: ours) == 1)
        #expect(try await claim().map(\.id) == [other.id])
        // The same with more keys than a claim goes through.
        let keys = (100..<350).map { "key \($0)" }
        #expect(try await stage.enqueue(keys.map(waiting), of: theirs) == 250)
        #expect(try await stage.enqueue(keys.map { job($0) } + [other], of: theirs) == 251)
        let first = try await store.claim([effect.kind], of: theirs, limit: 10, lease: .seconds(30))
        #expect(first.jobs.isEmpty && first.nextKey == "key 299")
        let second = try await store.claim([effect.kind], of: theirs, limit: 10, lease: .seconds(30), afterKey: first.nextKey)
        #expect(second.jobs.map(\.id) == [other.id] && second.nextKey == nil)
    }

    @Test func `shows each company its own, page by page, the latest first`() async throws {
        for number in 1...5 {
            #expect(try await stage.enqueue([job("key \(number)")], of: ours) == 1)
            stage.clock.pass(1)
        }
        #expect(try await stage.enqueue([job("theirs")], of: theirs) == 1)
        let first = try await store.list(nil, of: ours, limit: 3, cursor: nil)
        #expect(first.items.map(\.key) == ["key 5", "key 4", "key 3"])
        let second = try await store.list(nil, of: ours, limit: 3, cursor: first.nextCursor)
        #expect(second.items.map(\.key) == ["key 2", "key 1"] && second.nextCursor == nil)
        #expect(try await store.list(.done, of: ours, limit: 3, cursor: nil).items.isEmpty)
        await #expect(throws: JobsError.fieldInvalid(field: "cursor", detail: ListCursor.problem)) {
            try await store.list(nil, of: ours, limit: 3, cursor: "1.2.3")
        }
        let id = first.items[0].id
        await #expect(throws: JobsError.jobNotFound(id: id)) { try await store.giveUp(id, of: theirs) }
        #expect(try await store.giveUp(id, of: ours).state == .failed)
        await #expect(throws: DatabaseError.self) { try await stage.enqueue([job("a")], of: theirs, scope: ours) }
    }

    @Test func `finds companies with something to do, in turn, and no others`() async throws {
        let tenants = (0..<5).map { _ in TenantID.new() }.sorted()
        for (index, tenant) in tenants.enumerated() where index != 2 {
            #expect(try await stage.enqueue((0..<3).map { job("key \($0)") }, of: tenant) == 3)
        }
        let due = [tenants[0], tenants[1], tenants[3], tenants[4]]
        #expect(try await store.dueTenants(after: nil, limit: 10) == due)
        #expect(try await store.dueTenants(after: tenants[0], limit: 2) == [tenants[1], tenants[3]])
        for job in try await claim(of: tenants[0]) { #expect(job.clientID == tenants[0]) }
        #expect(try await store.dueTenants(after: nil, limit: 10) == Array(due.dropFirst()), "what runs is not due")
        stage.clock.pass(31)
        #expect(try await store.dueTenants(after: nil, limit: 10) == due, "until its worker is lost")
        let figures = try await store.figures()
        #expect(figures.first { $0.state == .queued }?.count == 9 && figures.first { $0.state == .running }?.count == 3)
        #expect(figures.first { $0.state == .queued }?.oldestSeconds == 31)
    }

    @Test func `forgets what ended long ago, and nothing else`() async throws {
        let jobs = (0..<4).map { job("key \($0)") }
        #expect(try await stage.enqueue(jobs, of: ours) == 4)
        let claimed = try await claim(limit: 3)
        for job in claimed.prefix(2) { #expect(try await store.answer(.done, to: job, of: effect) == .done) }
        #expect(try await store.answer(.unknown(JobFailure(code: "lost", detail: "")), to: claimed[2], of: effect) == .unknown)
        let payloads = try await stage.database.query(
            .tenant(ours), "SELECT state, length(payload) AS length FROM chat.jobs WHERE client_id = \(ours)")
        for row in payloads {
            let (length, state): (Int, JobState) = (try row["length"], try row["state"])
            #expect((length == 0) == (state == .done))
        }
        let keep = Duration.seconds(86_400)
        #expect(try await store.tenantsToForget(keptFor: keep, after: nil, limit: 10) == [])
        stage.clock.pass(86_401)
        #expect(try await store.tenantsToForget(keptFor: keep, after: nil, limit: 10) == [ours])
        #expect(try await store.forget(of: ours, keptFor: keep, batchMax: 1) == 1)
        #expect(try await store.forget(of: ours, keptFor: keep, batchMax: 10) == 1)
        #expect(try await stage.states(of: ours) == [claimed[2].id: .unknown, jobs[3].id: .queued])
    }

    @Test func `is protected like every table of a tenant`() async throws {
        #expect(try await RowSecurity.unprotectedTables(in: [.chat], of: stage.database) == [])
        #expect(try await stage.enqueue([job("a")], of: ours) == 1)
        for scope in [Scope.none, .tenant(theirs)] {
            #expect(try await stage.database.query(scope, "SELECT FROM chat.jobs").isEmpty)
            #expect(try await stage.database.query(scope, "UPDATE chat.jobs SET not_before = now()").affected == 0)
        }
    }
}

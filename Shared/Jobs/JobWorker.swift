import Contracts
import Foundation
import Logging
import ServiceKit
import ServiceLifecycle
import Storage
import Synchronization

/// Does what a service's jobs say, in any number of replicas. What is due, who has it and what came of it stands in the database, so a
/// replica that dies is replaced by any other.
///
/// Companies take turns; within one, jobs that are due longest come first. A company whose rows cannot be read is set aside and keeps nobody
/// else waiting.
package final class JobWorker: Service {
    /// Something that was found to be done, in the place that it takes until it is.
    private struct Work: Sendable {
        enum What: Sendable {
            case attempt(Job)
            case lookUp(JobStore.LookUp)
        }

        let what: What
        let place = UUID()
        /// Before its lease began, so that ours ends first.
        let foundAt: ContinuousClock.Instant

        var job: Job {
            switch what {
            case .attempt(let job): job
            case .lookUp(let lookUp): lookUp.job
            }
        }
    }

    private struct Place {
        let clientID: TenantID
        var cancel: @Sendable () -> Void = {}
    }

    private struct State {
        var places: [UUID: Place] = [:]
        var lastTenant: TenantID?
        /// How far the keys of tenants have been looked through whose due jobs all stand behind others.
        var nextKeys: [TenantID: String] = [:]
        /// Whether there was anything to do since the first tenant was looked at.
        var hasFound = false
        /// Attempts end because we stop: what they throw says nothing of the effect.
        var isLeaving = false
    }

    package let store: JobStore
    private let effects: [String: JobEffect]
    private let limits: JobWorkerLimits
    private let logger: Logger
    private let setAside: SetAside
    private let metrics: JobMetrics
    private let bell = Bell()
    private let state = Mutex(State())

    /// - Parameter effects: one for each kind.
    package init(
        store: JobStore, effects: [JobEffect], limits: JobWorkerLimits = JobWorkerLimits(), metrics: MetricsRegistry, logger: Logger
    ) {
        self.store = store
        self.effects = Dictionary(effects.map { ($0.kind.name, $0) }) { first, _ in first }
        self.limits = limits
        self.logger = logger
        setAside = SetAside("jobs", metrics: metrics, logger: logger)
        self.metrics = JobMetrics(kinds: effects.map(\.kind.name), metrics: metrics)
    }

    /// Writes jobs with the transaction that decides them; begun here as soon as it has committed.
    /// - Returns: how many are new.
    @discardableResult
    package func enqueue(_ jobs: [NewJob], of clientID: TenantID, in transaction: Transaction) throws -> Int {
        let bell = bell
        transaction.afterCommit { bell.ring() }
        return try store.enqueue(jobs, of: clientID, in: transaction)
    }

    package func run() async throws {
        let (found, finder) = AsyncStream.makeStream(of: Work.self)
        let limit = await withTaskCancellationHandler {
            await withDiscardingTaskGroup(returning: Task<Void, Never>.self) { group in
                group.addTask { [self] in
                    await cancelWhenGracefulShutdown {
                        await withTaskGroup { loops in
                            loops.addTask { await self.find { finder.yield($0) } }
                            loops.addTask { await self.forgetNowAndThen() }
                            loops.addTask { await self.countNowAndThen() }
                        }
                    }
                    finder.finish()
                }
                for await work in found { group.addTask { [self] in await perform(work) } }
                return Task { [self] in
                    do { try await Task.sleep(for: limits.stopMax) } catch { return }
                    leave()
                }
            }
        } onCancel: {
            leave()
        }
        limit.cancel()
    }

    /// What still runs is cancelled, its leases left to run out.
    private func leave() {
        let places = state.withLock { state in
            state.isLeaving = true
            return state.places.values
        }
        for place in places { place.cancel() }
    }

    // MARK: Finding work

    private func find(_ begin: (Work) -> Void) async {
        while !Task.isCancelled {
            var hasMore = false
            do {
                hasMore = try await turn(begin)
            } catch {
                logger.warning("jobs could not be looked for", metadata: ["reason": "\(error)"])
            }
            if !hasMore { await bell.wait(atMost: limits.period) }
        }
    }

    /// - Returns: whether to look again at once.
    private func turn(_ begin: (Work) -> Void) async throws -> Bool {
        guard placesFree > 0 else { return false }
        let tenants = try await store.dueTenants(after: state.withLock { $0.lastTenant }, limit: limits.tenantsMax)
        for (index, tenant) in tenants.enumerated() {
            // Whoever was not looked at comes first the next time.
            guard placesFree > 0, !Task.isCancelled else { return false }
            let share = max(1, placesFree / (tenants.count - index))
            let found = try await setAside.attempt(["client_id": "\(tenant)"]) { try await take(of: tenant, share: share) } ?? []
            state.withLock { state in
                state.lastTenant = tenant
                state.hasFound = state.hasFound || !found.isEmpty || state.nextKeys[tenant] != nil
                for work in found { state.places[work.place] = Place(clientID: tenant) }
            }
            for work in found { begin(work) }
        }
        guard tenants.count < limits.tenantsMax else { return true }
        // Behind the last tenant it begins again.
        return state.withLock { state in
            defer { (state.lastTenant, state.hasFound) = (nil, false) }
            return state.hasFound
        }
    }

    private func take(of tenant: TenantID, share: Int) async throws -> [Work] {
        let effects = Array(effects.values)
        let expired = try await store.expire(effects, of: tenant)
        if expired > 0 { logger.warning("workers of jobs were lost", metadata: ["client_id": "\(tenant)", "jobs": "\(expired)"]) }
        let held = state.withLock { state in state.places.values.count { $0.clientID == tenant } }
        let room = min(share, limits.concurrentPerTenantMax - held)
        let foundAt = ContinuousClock.now
        let lookUps = try await store.beginLookUps(effects, of: tenant, limit: room, lease: limits.lease)
        let claim = try await store.claim(
            effects.map(\.kind), of: tenant, limit: room - lookUps.count, lease: limits.lease,
            afterKey: state.withLock { $0.nextKeys[tenant] })
        state.withLock { $0.nextKeys[tenant] = claim.nextKey }
        return lookUps.map { Work(what: .lookUp($0), foundAt: foundAt) } + claim.jobs.map { Work(what: .attempt($0), foundAt: foundAt) }
    }

    private var placesFree: Int { limits.concurrentMax - state.withLock { $0.places.count } }

    // MARK: Doing it

    private func perform(_ work: Work) async {
        defer {
            state.withLock { _ = $0.places.removeValue(forKey: work.place) }
            bell.ring()
        }
        // Held up for so long that others may have it: what we do now would be one too many.
        guard let effect = effects[work.job.kind], ContinuousClock.now < work.foundAt + limits.lease else { return }
        switch work.what {
        case .attempt(let job): await attempt(job, of: effect, work)
        case .lookUp(let lookUp): await ask(lookUp, of: effect, work)
        }
    }

    private func attempt(_ job: Job, of effect: JobEffect, _ work: Work) async {
        let task = Task { try await effect.run(job) }
        let keeper = Task { await keep(job, of: effect, since: work.foundAt) { task.cancel() } }
        defer { keeper.cancel() }
        takePlace(work) { task.cancel() }
        let outcome: JobOutcome
        switch await task.result {
        case .success(let answer): outcome = answer
        case .failure where state.withLock({ $0.isLeaving }): return  // the lease says that it was not finished
        case .failure(let error): outcome = .unknown(.thrown(error))
        }
        await write(outcome, of: job, effect)
    }

    /// So that it can be cancelled; at once, if we are leaving.
    private func takePlace(_ work: Work, cancel: @escaping @Sendable () -> Void) {
        let isLeaving = state.withLock { state in
            state.places[work.place]?.cancel = cancel
            return state.isLeaving
        }
        if isLeaving { cancel() }
    }

    /// Renews the lease of a running attempt. Cancels the attempt when it has taken too long, or is no longer ours.
    private func keep(_ job: Job, of effect: JobEffect, since begunAt: ContinuousClock.Instant, cancel: () -> Void) async {
        let end = begunAt + effect.kind.attemptTimeMax
        var heldUntil = begunAt + limits.lease
        while true {
            do { try await Task.sleep(until: min(ContinuousClock.now + limits.lease / 3, end), clock: .continuous) } catch { return }
            let now = ContinuousClock.now
            guard now < end else { return cancel() }
            do {
                guard try await store.renew([job], of: job.clientID, lease: limits.lease).contains(job.id) else {
                    logger.warning("the lease of a job was lost", metadata: ["job": "\(job.id)", "kind": "\(job.kind)"])
                    return cancel()
                }
                heldUntil = now + limits.lease
            } catch {
                guard ContinuousClock.now < heldUntil else { return cancel() }
            }
        }
    }

    private func ask(_ lookUp: JobStore.LookUp, of effect: JobEffect, _ work: Work) async {
        guard let question = effect.lookUp else { return }
        let task = Task { try await question(lookUp.job) }
        let timer = Task {
            try await Task.sleep(for: min(limits.lease, effect.kind.attemptTimeMax))
            task.cancel()
        }
        defer { timer.cancel() }
        takePlace(work) { task.cancel() }
        var answer = JobLookUp.stillUnknown
        if case .success(let said) = await task.result { answer = said }
        do {
            _ = try await store.endLookUp(lookUp, answer, of: effect.kind)
        } catch {
            // It is asked again when the lease of the question has ended.
            logger.warning("what became of a job could not be written", metadata: ["job": "\(lookUp.job.id)", "reason": "\(error)"])
        }
    }

    private func write(_ outcome: JobOutcome, of job: Job, _ effect: JobEffect) async {
        let end = ContinuousClock.now + limits.answerPatience
        var pause = Duration.milliseconds(100)
        while true {
            do {
                let counts = try await store.answer(outcome, to: job, of: effect) != nil
                metrics.count(outcome, of: job.kind, counts: counts)
                if !counts { logger.warning("the answer to a job came too late", metadata: ["job": "\(job.id)", "kind": "\(job.kind)"]) }
                return
            } catch  where Self.mayPass(error) && ContinuousClock.now < end && !state.withLock({ $0.isLeaving }) {
                do { try await Task.sleep(for: pause) } catch { return }
                pause = min(pause * 2, .seconds(5))
            } catch {
                return setAside.note(error, ["job": "\(job.id)", "kind": "\(job.kind)"])
            }
        }
    }

    private static func mayPass(_ error: any Error) -> Bool {
        (error as? DatabaseError).map { $0.isRetryable || $0.concernsEverything } ?? false
    }

    // MARK: Looking after the table

    private func forgetNowAndThen() async {
        while true {
            do { try await Task.sleep(for: limits.forgetPeriod) } catch { return }
            do {
                try await forget()
            } catch {
                logger.warning("old jobs could not be forgotten", metadata: ["reason": "\(error)"])
            }
        }
    }

    /// Deletes what ended long ago, of every tenant.
    package func forget() async throws {
        var last: TenantID?
        while true {
            let tenants = try await store.tenantsToForget(keptFor: limits.keep, after: last, limit: limits.tenantsMax)
            for tenant in tenants {
                _ = try await setAside.attempt(["client_id": "\(tenant)"]) {
                    for _ in 0..<limits.forgetRoundsMax {
                        let count = try await store.forget(of: tenant, keptFor: limits.keep, batchMax: limits.forgetBatchMax)
                        if count < limits.forgetBatchMax { break }
                    }
                }
            }
            guard tenants.count == limits.tenantsMax else { return }
            last = tenants.last
        }
    }

    private func countNowAndThen() async {
        while true {
            do {
                metrics.show(try await store.figures())
            } catch {
                logger.debug("the jobs could not be counted", metadata: ["reason": "\(error)"])
            }
            do { try await Task.sleep(for: limits.figuresPeriod) } catch { return }
        }
    }
}

extension JobFailure {
    /// Of an error only its type: its text may hold what was sent, or to whom.
    fileprivate static func thrown(_ error: any Error) -> JobFailure {
        error is CancellationError
            ? JobFailure(code: "cancelled", detail: "It took longer than its kind may, or its lease was lost.")
            : JobFailure(code: "no-answer", detail: "The attempt ended by \(String(reflecting: type(of: error))).")
    }
}

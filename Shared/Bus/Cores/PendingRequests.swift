import Contracts

/// Matches answers to requests, chooses whom to ask, and asks again. No sockets, no tasks, no clock.
///
/// Driving it: after any input, take ``takeActions(into:)`` until it is empty, and call ``expire(now:)`` at ``deadline``.
/// The shell keeps each request's bytes and continuation by number; `.finish` comes exactly once for each ``begin(_:to:budget:now:)``
/// that was not cancelled.
package struct PendingRequests: Sendable {
    package struct Limits: Sendable {
        /// Attempts per request, the first one included. All carry the same key.
        package var attemptsMax: UInt8 = 4
        /// Replicas that may be lost while they hold a request; then nobody else is asked. Nearly always the replica was lost for another
        /// reason, and one repeat makes good; but a request that kills whoever takes it must not go through all of a service.
        package var replicasLostMax = 2
        /// Full jitter: a pause is random between zero and this, doubled with each attempt up to the longest.
        package var backoffMin: Duration = .milliseconds(20)
        package var backoffMax: Duration = .seconds(1)
        /// Unanswered requests per endpoint; more wait here. What a replica can have in its queue because of us.
        package var inFlightPerEndpointMax = 256
        /// Requests per service that wait for a replica to be ready or free; more are refused at once.
        package var waitingMax = 1024
        /// How long one attempt may take before another replica is asked.
        package var attemptTimeout: Duration = .seconds(2)
        /// How long a request waits for a first replica: about the time that a restarted process takes to be found.
        package var readinessWait: Duration = .seconds(1)
        /// What the asker is told to wait when we refuse by ourselves.
        package var overloadedRetryAfter: Duration = .milliseconds(100)
        package var unavailableRetryAfter: Duration = .seconds(1)

        package init() {}
    }

    package struct EndpointID: Hashable, Sendable {
        package let number: Int

        package init(_ number: Int) {
            self.number = number
        }
    }

    package enum Action: Sendable, Equatable {
        case send(UInt64, attempt: UInt8, to: EndpointID, remaining: Duration)
        /// A replica was lost while it held the request, the first or a later one. To be said in the log; changes nothing.
        case suspect(UInt64, replicasLost: Int)
        case finish(UInt64, Answer)
    }

    /// Since the core was made.
    package struct Counters: Sendable, Equatable {
        package var begun = 0
        package var sent = 0
        /// Attempts after a request's first.
        package var retried = 0
        /// Refused here: too many waiting, or nobody ready in time.
        package var shed = 0
        package var lateReplies = 0
        /// Times that a replica was lost while it held a request.
        package var suspected = 0
        /// Requests that nobody else was asked because of ``Limits/replicasLostMax``.
        package var abandoned = 0

        package init() {}
    }

    private struct Endpoint {
        let service: ServiceName
        var isReady = false
        var inFlight = 0
    }

    private enum State {
        case waiting(until: ContinuousClock.Instant)
        case inFlight(EndpointID, until: ContinuousClock.Instant)
        case pausing(until: ContinuousClock.Instant)

        var until: ContinuousClock.Instant {
            switch self {
            case .waiting(let until), .inFlight(_, let until), .pausing(let until): until
            }
        }
    }

    private struct Entry {
        let service: ServiceName
        let deadline: ContinuousClock.Instant
        var attempt: UInt8 = 0
        var state: State
        /// Whom not to ask next if there is another.
        var avoided: EndpointID?
        var lastFailure: BusError?
        /// Attempts that took too long: who was asked may still be at it.
        var overdue: [(attempt: UInt8, endpoint: EndpointID)] = []
        var replicasLost = 0

        func isHeld(by id: EndpointID) -> Bool {
            if case .inFlight(id, _) = state { true } else { overdue.contains { $0.endpoint == id } }
        }
    }

    private struct Replicas {
        var endpoints: [EndpointID] = []
        var waiting: [UInt64] = []
        /// Requests before this index have left.
        var waitingFirst = 0
        /// So that equally busy endpoints take turns.
        var turn = 0

        var waitingCount: Int { waiting.count - waitingFirst }
    }

    package let limits: Limits
    package private(set) var counters = Counters()
    private var generator: SplitMix64
    private var entries: [UInt64: Entry] = [:]
    private var endpoints: [EndpointID: Endpoint] = [:]
    private var services: [ServiceName: Replicas] = [:]
    private var actions: [Action] = []
    /// No entry is due before this. nil: nothing pending.
    private var nextCheck: ContinuousClock.Instant?

    /// - Parameter seed: of the jitter.
    package init(limits: Limits = Limits(), seed: UInt64) {
        self.limits = limits
        generator = SplitMix64(seed: seed)
    }

    package var pendingCount: Int { entries.count }

    /// Replicas that would take a request now.
    package var readyCount: Int { endpoints.values.count { $0.isReady } }

    package func inFlight(at endpoint: EndpointID) -> Int { endpoints[endpoint]?.inFlight ?? 0 }

    // MARK: Requests

    /// - Parameter number: the shell's own, never used before.
    package mutating func begin(_ number: UInt64, to service: ServiceName, budget: Duration, now: ContinuousClock.Instant) {
        counters.begun += 1
        guard budget > .zero else {
            actions.append(.finish(number, .failure(.deadlineExceeded)))
            return
        }
        let deadline = now + budget
        entries[number] = Entry(service: service, deadline: deadline, state: .pausing(until: deadline))
        dispatch(number, now: now)
    }

    /// Nobody waits for it any more; `.finish` will not come.
    package mutating func cancel(_ number: UInt64, now: ContinuousClock.Instant) {
        guard let entry = entries[number] else { return }
        release(entry)
        entries[number] = nil
        dispatchWaiting(of: entry.service, now: now)
    }

    package mutating func answered(_ number: UInt64, attempt: UInt8, with answer: Answer, now: ContinuousClock.Instant) {
        guard let entry = entries[number] else {
            counters.lateReplies += 1
            return
        }
        if case .failure(let failure) = answer, failure.isPassing {
            // An earlier attempt's trouble says nothing about the one that is out now.
            guard attempt == entry.attempt, case .inFlight(let endpoint, _) = entry.state else {
                counters.lateReplies += 1
                entries[number]?.overdue.removeAll { $0.attempt == attempt }
                return
            }
            attemptFailed(number, at: endpoint, because: failure, now: now)
            return
        }
        // A final answer counts whichever attempt it belongs to: all mean the same effect.
        finish(number, answer, now: now)
    }

    /// The endpoint took nothing: not connected, or its queue is full.
    package mutating func sendFailed(_ number: UInt64, attempt: UInt8, now: ContinuousClock.Instant) {
        guard let entry = entries[number], entry.attempt == attempt, case .inFlight(let endpoint, _) = entry.state else { return }
        attemptFailed(number, at: endpoint, because: .unavailable(retryAfter: .zero), now: now)
    }

    // MARK: Endpoints

    package mutating func endpointReady(_ id: EndpointID, of service: ServiceName, now: ContinuousClock.Instant) {
        if endpoints[id] == nil {
            endpoints[id] = Endpoint(service: service)
            services[service, default: Replicas()].endpoints.append(id)
        }
        endpoints[id]?.isReady = true
        dispatchWaiting(of: service, now: now)
    }

    /// It gets no more requests; those it has may still be answered.
    package mutating func endpointDraining(_ id: EndpointID) {
        endpoints[id]?.isReady = false
    }

    /// What it has will not be answered: asked again elsewhere, with the same key. What it has is suspect, too.
    package mutating func endpointLost(_ id: EndpointID, now: ContinuousClock.Instant) {
        guard let endpoint = endpoints.removeValue(forKey: id) else { return }
        services[endpoint.service]?.endpoints.removeAll { $0 == id }
        for number in entries.filter({ $0.value.isHeld(by: id) }).keys.sorted() {
            guard var entry = entries[number] else { continue }
            entry.replicasLost += 1
            entry.overdue.removeAll { $0.endpoint == id }
            entries[number] = entry
            counters.suspected += 1
            actions.append(.suspect(number, replicasLost: entry.replicasLost))
            // One that took too long there is out elsewhere by now.
            guard case .inFlight(id, _) = entry.state else { continue }
            attemptFailed(
                number, at: id, because: .unavailable(retryAfter: limits.unavailableRetryAfter), pauses: false, now: now)
        }
    }

    /// The bus stops: everything pending ends with `failure`.
    package mutating func failAll(with failure: BusError) {
        for number in entries.keys.sorted() { actions.append(.finish(number, .failure(failure))) }
        entries.removeAll()
        for service in services.keys {
            services[service]?.waiting.removeAll()
            services[service]?.waitingFirst = 0
        }
        for id in endpoints.keys { endpoints[id]?.inFlight = 0 }
    }

    // MARK: Time

    /// When ``expire(now:)`` has something to do at the earliest.
    package var deadline: ContinuousClock.Instant? { entries.isEmpty ? nil : nextCheck }

    package mutating func expire(now: ContinuousClock.Instant) {
        guard let nextCheck, now >= nextCheck else { return }
        self.nextCheck = nil
        var due: [UInt64] = []
        for (number, entry) in entries {
            let until = min(entry.state.until, entry.deadline)
            if until <= now { due.append(number) } else { note(until) }
        }
        due.sort()
        for number in due { expire(number, now: now) }
    }

    private mutating func expire(_ number: UInt64, now: ContinuousClock.Instant) {
        guard let entry = entries[number] else { return }
        switch entry.state {
        case .waiting:
            counters.shed += 1
            if let failure = entry.lastFailure {
                finish(number, .failure(entry.deadline <= now ? outOfTime(entry) : failure), now: now)
            } else {
                finish(number, .failure(refusal(by: entry.service)), now: now)
            }
        case .inFlight(let endpoint, _):
            if entry.deadline <= now {
                finish(number, .failure(outOfTime(entry)), now: now)
            } else {
                entries[number]?.overdue.append((entry.attempt, endpoint))
                attemptFailed(number, at: endpoint, because: .deadlineExceeded, pauses: false, now: now)
            }
        case .pausing:
            if entry.deadline <= now {
                finish(number, .failure(outOfTime(entry)), now: now)
            } else {
                dispatch(number, now: now)
            }
        }
    }

    /// What the asker hears at the end of its budget: the last word of a service that could not do it says more than the clock,
    /// for example that its database is away. Either way it asks again with the same key.
    private func outOfTime(_ entry: Entry) -> BusError {
        switch entry.lastFailure {
        case .overloaded(let retryAfter) where retryAfter > .zero: .overloaded(retryAfter: retryAfter)
        case .unavailable(let retryAfter) where retryAfter > .zero: .unavailable(retryAfter: retryAfter)
        default: .deadlineExceeded
        }
    }

    private mutating func note(_ instant: ContinuousClock.Instant) {
        nextCheck = nextCheck.map { min($0, instant) } ?? instant
    }

    // MARK: Attempts

    private mutating func dispatch(_ number: UInt64, now: ContinuousClock.Instant) {
        guard var entry = entries[number] else { return }
        guard entry.replicasLost < limits.replicasLostMax else {
            abandon(number, now: now)
            return
        }
        if let endpoint = leastBusy(of: entry.service, avoiding: entry.avoided) {
            endpoints[endpoint]?.inFlight += 1
            entry.attempt += 1
            let until = min(entry.deadline, now + limits.attemptTimeout)
            entry.state = .inFlight(endpoint, until: until)
            entries[number] = entry
            note(until)
            counters.sent += 1
            if entry.attempt > 1 { counters.retried += 1 }
            actions.append(.send(number, attempt: entry.attempt, to: endpoint, remaining: entry.deadline - now))
        } else if services[entry.service]?.waitingCount ?? 0 < limits.waitingMax {
            let until = min(entry.deadline, now + limits.readinessWait)
            entry.state = .waiting(until: until)
            entries[number] = entry
            note(until)
            services[entry.service, default: Replicas()].waiting.append(number)
        } else {
            counters.shed += 1
            finish(number, .failure(entry.lastFailure ?? refusal(by: entry.service)), now: now)
        }
    }

    private func refusal(by service: ServiceName) -> BusError {
        let isSomebodyReady = services[service]?.endpoints.contains { endpoints[$0]?.isReady ?? false } ?? false
        return isSomebodyReady
            ? .overloaded(retryAfter: limits.overloadedRetryAfter) : .unavailable(retryAfter: limits.unavailableRetryAfter)
    }

    private mutating func leastBusy(of service: ServiceName, avoiding avoided: EndpointID?) -> EndpointID? {
        guard let replicas = services[service], !replicas.endpoints.isEmpty else { return nil }
        var best: EndpointID?
        var bestInFlight = limits.inFlightPerEndpointMax
        let count = replicas.endpoints.count
        var isAvoidedFree = false
        for offset in 0..<count {
            let id = replicas.endpoints[(replicas.turn + offset) % count]
            guard let endpoint = endpoints[id], endpoint.isReady else { continue }
            if id == avoided {
                isAvoidedFree = endpoint.inFlight < limits.inFlightPerEndpointMax
            } else if endpoint.inFlight < bestInFlight {
                best = id
                bestInFlight = endpoint.inFlight
            }
        }
        services[service]?.turn = (replicas.turn + 1) % count
        return best ?? (isAvoidedFree ? avoided : nil)
    }

    /// - Parameter pauses: false where asking another replica at once cannot add to anybody's load.
    private mutating func attemptFailed(
        _ number: UInt64, at endpoint: EndpointID, because failure: BusError, pauses: Bool = true, now: ContinuousClock.Instant
    ) {
        guard var entry = entries[number] else { return }
        release(entry)
        entry.avoided = endpoint
        entry.lastFailure = failure
        let longest = min(limits.backoffMax, limits.backoffMin * (1 << min(Int(entry.attempt) - 1, 10)))
        var pause = pauses ? longest * Double.random(in: 0..<1, using: &generator) : .zero
        switch failure {
        case .overloaded(let retryAfter) where pauses, .unavailable(let retryAfter) where pauses:
            // Another replica may be free meanwhile; what the busy one asks for holds only if it is the only one.
            if leastBusy(of: entry.service, avoiding: endpoint).map({ $0 == endpoint }) ?? true { pause = max(pause, retryAfter) }
        default: break
        }
        entries[number] = entry
        guard entry.replicasLost < limits.replicasLostMax else {
            abandon(number, now: now)
            return
        }
        guard entry.attempt < limits.attemptsMax, now + pause < entry.deadline else {
            finish(number, .failure(failure), releases: false, now: now)
            return
        }
        if pause > .zero {
            entry.state = .pausing(until: now + pause)
            entries[number] = entry
            note(now + pause)
        } else {
            entry.state = .pausing(until: now)
            entries[number] = entry
            dispatch(number, now: now)
        }
        dispatchWaiting(of: entry.service, now: now)
    }

    /// - Precondition: it is at no endpoint.
    private mutating func abandon(_ number: UInt64, now: ContinuousClock.Instant) {
        counters.abandoned += 1
        finish(number, .failure(.replicasLost), releases: false, now: now)
    }

    private mutating func finish(_ number: UInt64, _ answer: Answer, releases: Bool = true, now: ContinuousClock.Instant) {
        guard let entry = entries.removeValue(forKey: number) else { return }
        if releases { release(entry) }
        actions.append(.finish(number, answer))
        dispatchWaiting(of: entry.service, now: now)
    }

    private mutating func release(_ entry: Entry) {
        if case .inFlight(let endpoint, _) = entry.state { endpoints[endpoint]?.inFlight -= 1 }
    }

    private mutating func dispatchWaiting(of service: ServiceName, now: ContinuousClock.Instant) {
        while let replicas = services[service], replicas.waitingCount > 0 {
            let number = replicas.waiting[replicas.waitingFirst]
            let isWaiting = if let entry = entries[number], case .waiting = entry.state { true } else { false }
            if isWaiting, leastBusy(of: service, avoiding: nil) == nil { return }
            services[service]?.waitingFirst += 1
            if let first = services[service]?.waitingFirst, first >= 64 || replicas.waitingCount == 1 {
                services[service]?.waiting.removeFirst(first)
                services[service]?.waitingFirst = 0
            }
            if isWaiting { dispatch(number, now: now) }
        }
    }

    // MARK: Output

    /// Appends what is to be done, in order, and forgets it.
    package mutating func takeActions(into buffer: inout [Action]) {
        if buffer.isEmpty {
            swap(&buffer, &actions)
        } else {
            buffer.append(contentsOf: actions)
            actions.removeAll(keepingCapacity: true)
        }
    }
}

extension BusError {
    /// Asking again with the same key may help.
    package var isPassing: Bool {
        switch self {
        case .overloaded, .unavailable: true
        case .refused, .malformed, .unknownSubject, .internal, .deadlineExceeded, .replicasLost, .cancelled: false
        }
    }
}

/// A small seedable generator. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}

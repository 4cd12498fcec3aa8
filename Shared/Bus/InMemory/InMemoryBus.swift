import Contracts
import Dispatch
import Foundation
import ServiceLifecycle
import Synchronization

/// One replica's bus within an ``InMemoryNetwork``. Frames pass the same encoder and decoder as on a socket, and requests the same
/// cores; only the sockets are missing.
package final class InMemoryBus: Bus {
    package struct Work: Sendable {
        let request: RequestFrame
        let asker: InMemoryBus
        let deadline: ContinuousClock.Instant
    }

    /// Deliveries that wait for this process's handlers; more are dropped, as a PUB socket does at its high-water mark.
    private static let deliveriesMax = 10_000
    /// How often deadlines are looked at while requests are pending.
    private static let tick: Duration = .milliseconds(5)

    private struct State {
        var handlers: [StreamName: [@Sendable (Delivery) -> Void]] = [:]
        var responder: (@Sendable (RequestEnvelope) async -> Answer)?
        var pending: PendingRequests
        var questions: [UInt64: (envelope: RequestEnvelope, continuation: CheckedContinuation<Answer, Never>)] = [:]
        var admission: AdmissionQueue<Work>
        var isTicking = false
        var isStopped = false
        var queued = 0
        var metrics = BusMetrics()
    }

    let id: Int
    package let service: ServiceName
    package let replica: Int
    private let network: InMemoryNetwork
    private let state: Mutex<State>
    private let queue: DispatchQueue
    private let lastNumber = Atomic<UInt64>(0)

    init(
        id: Int, service: ServiceName, replica: Int, network: InMemoryNetwork, requests: PendingRequests.Limits,
        admission: AdmissionQueue<Work>.Limits
    ) {
        self.id = id
        self.service = service
        self.replica = replica
        self.network = network
        state = Mutex(State(pending: PendingRequests(limits: requests, seed: UInt64(id)), admission: AdmissionQueue(limits: admission)))
        queue = DispatchQueue(label: "bus.\(service).\(replica)")
    }

    package func run() async throws {
        do {
            try await gracefulShutdown()
        } catch is CancellationError {
            // Cancelled instead of asked: the end is the same.
        }
        stop()
    }

    /// Leaves the network. Pending requests end as unavailable.
    package func stop() {
        network.leave(self)
        perform { state, _ in
            state.isStopped = true
            state.pending.failAll(with: .unavailable(retryAfter: .seconds(1)))
        }
    }

    package var metrics: BusMetrics {
        state.withLock { state in
            var metrics = state.metrics
            let counters = state.pending.counters
            metrics.requestsBegun = counters.begun
            metrics.requestsSent = counters.sent
            metrics.requestsRetried = counters.retried
            metrics.requestsShed = counters.shed
            metrics.lateReplies = counters.lateReplies
            metrics.requestsSuspected = counters.suspected
            metrics.requestsAbandoned = counters.abandoned
            metrics.requestsExpired = state.admission.expired
            metrics.requestsPending = state.pending.pendingCount
            metrics.requestsRunning = state.admission.running
            metrics.endpointsReady = state.pending.readyCount
            return metrics
        }
    }

    // MARK: Publish and subscribe

    package func publish(_ delivery: Delivery) {
        do {
            let frame = try WireFrame(delivery)
            guard case .some(let copy) = try WireFrame(decoding: frame.encoded()).delivery else { return }
            state.withLock { $0.metrics.published += 1 }
            network.publish(copy, from: self)
        } catch {
            state.withLock { $0.metrics.publishesDropped += 1 }
        }
    }

    package func subscribe(to stream: StreamName, _ handler: @escaping @Sendable (Delivery) -> Void) {
        state.withLock { $0.handlers[stream, default: []].append(handler) }
    }

    func hears(_ stream: StreamName) -> Bool {
        state.withLock { $0.handlers[stream] != nil && !$0.isStopped }
    }

    func deliver(_ delivery: Delivery) {
        let isQueued = state.withLock { state in
            guard state.queued < Self.deliveriesMax else { return false }
            state.queued += 1
            return true
        }
        guard isQueued else { return }
        queue.async { [self] in
            let handlers = state.withLock { state in
                state.queued -= 1
                state.metrics.deliveriesReceived += 1
                return state.isStopped ? [] : state.handlers[delivery.stream] ?? []
            }
            for handler in handlers { handler(delivery) }
        }
    }

    // MARK: Asking

    package func request(_ request: RequestEnvelope, to service: ServiceName) async throws(BusError) -> [UInt8] {
        try request.validate()
        guard !Task.isCancelled else { throw .cancelled }
        let number = lastNumber.add(1, ordering: .relaxed).newValue
        let answer: Answer = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Answer, Never>) in
                self.perform { state, now in
                    guard !state.isStopped else {
                        continuation.resume(returning: .failure(.unavailable(retryAfter: .seconds(1))))
                        return
                    }
                    state.questions[number] = (request, continuation)
                    state.pending.begin(number, to: service, budget: request.budget, now: now)
                }
                if Task.isCancelled { self.cancel(number) }
            }
        } onCancel: {
            self.cancel(number)
        }
        return try answer.payload()
    }

    private func cancel(_ number: UInt64) {
        let continuation = state.withLock { state in
            state.pending.cancel(number, now: .now)
            return state.questions.removeValue(forKey: number)?.continuation
        }
        continuation?.resume(returning: .failure(.cancelled))
    }

    func answered(_ reply: ReplyFrame) {
        perform { state, now in state.pending.answered(reply.number, attempt: reply.attempt, with: reply.answer, now: now) }
    }

    func endpointReady(_ id: Int, of service: ServiceName) {
        perform { state, now in state.pending.endpointReady(.init(id), of: service, now: now) }
    }

    func endpointDraining(_ id: Int) {
        perform { state, _ in state.pending.endpointDraining(.init(id)) }
    }

    func endpointLost(_ id: Int) {
        perform { state, now in state.pending.endpointLost(.init(id), now: now) }
    }

    /// Changes the core under the lock and does outside it what the core then wants.
    private func perform(_ change: (inout State, ContinuousClock.Instant) -> Void) {
        enum Step {
            case send(RequestFrame, to: Int)
            case finish(CheckedContinuation<Answer, Never>, Answer)
        }
        let (steps, startsTicking) = state.withLock { state -> ([Step], Bool) in
            change(&state, .now)
            var actions: [PendingRequests.Action] = []
            state.pending.takeActions(into: &actions)
            var steps: [Step] = []
            for action in actions {
                switch action {
                case .send(let number, let attempt, let endpoint, let remaining):
                    guard let envelope = state.questions[number]?.envelope else { continue }
                    let frame = RequestFrame(number: number, attempt: attempt, envelope: envelope.with(budget: remaining))
                    steps.append(.send(frame, to: endpoint.number))
                case .finish(let number, let answer):
                    guard let question = state.questions.removeValue(forKey: number) else { continue }
                    steps.append(.finish(question.continuation, answer))
                case .suspect: break  // counted; there is no log here
                }
            }
            let startsTicking = !state.isTicking && state.pending.deadline != nil
            if startsTicking { state.isTicking = true }
            return (steps, startsTicking)
        }
        if startsTicking { tick() }
        for step in steps {
            switch step {
            case .send(let frame, let endpoint):
                if !network.send(frame, from: self, to: endpoint) {
                    perform { state, now in state.pending.sendFailed(frame.number, attempt: frame.attempt, now: now) }
                }
            case .finish(let continuation, let answer):
                continuation.resume(returning: answer)
            }
        }
    }

    private func tick() {
        Task {
            while state.withLock({ state in
                state.isTicking = state.pending.deadline != nil
                return state.isTicking
            }) {
                // Only cancellation could throw, and nobody cancels this task.
                do { try await Task.sleep(for: Self.tick) } catch { return }
                perform { state, now in state.pending.expire(now: now) }
            }
        }
    }

    // MARK: Answering

    package func respond(with responder: @escaping @Sendable (RequestEnvelope) async -> Answer) {
        state.withLock { $0.responder = responder }
        network.announce(self)
    }

    func serve(_ request: RequestFrame, for asker: InMemoryBus) {
        let work = Work(request: request, asker: asker, deadline: .now + request.envelope.budget)
        let verdict = state.withLock { state in
            state.metrics.requestsReceived += 1
            let verdict = state.admission.arrived(work, deadline: work.deadline)
            if case .overloaded = verdict { state.metrics.requestsRefused += 1 }
            return verdict
        }
        switch verdict {
        case .run(let work): run(work)
        case .wait: break
        case .overloaded(let retryAfter): reply(.failure(.overloaded(retryAfter: retryAfter)), to: work)
        }
    }

    private func run(_ work: Work) {
        guard let responder = state.withLock({ $0.responder }) else { return }
        Task {
            let remaining = work.deadline - .now
            if remaining > .zero {
                reply(await responder(work.request.envelope.with(budget: remaining)).capped, to: work)
            }
            if let next = state.withLock({ $0.admission.finished(now: .now) }) { run(next) }
        }
    }

    private func reply(_ answer: Answer, to work: Work) {
        state.withLock { $0.metrics.repliesSent += 1 }
        network.reply(
            ReplyFrame(number: work.request.number, attempt: work.request.attempt, answer: answer), from: self, to: work.asker)
    }
}

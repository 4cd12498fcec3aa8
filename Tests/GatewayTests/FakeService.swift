import Bus
import Contracts
import Foundation
import Logging
import Synchronization

/// The other side of the bus: answers what a test says to whoever may ask, and keeps what it was asked. It also has a log, so that the gateway
/// can follow it.
final class FakeService: Sendable {
    private struct State {
        var answers: [Subject: @Sendable (RequestEnvelope) async throws -> Answer] = [:]
        var asked: [RequestEnvelope] = []
        var events: [Int: [EventFrame]] = [:]
        var waiters: [(count: Int, subject: Subject, continuation: CheckedContinuation<Void, Never>)] = []
    }

    let name: ServiceName
    let bus: InMemoryBus
    private let epoch = UUID()
    private let state = Mutex(State())

    init(_ name: ServiceName, _ network: InMemoryNetwork, _ logger: Logger) {
        self.name = name
        bus = network.bus(for: name)
        bus.respond { [weak self] envelope in await self?.respond(envelope) ?? .failure(.cancelled) }
    }

    func answer<Question: BusQuestion>(_ type: Question.Type, _ answer: @escaping @Sendable (Question) async throws -> Question.Reply) {
        state.withLock { state in
            state.answers[Question.subject] = { envelope in
                let question = try JSON.decode(Question.self, from: envelope.payload)
                if let refused = question.refusal(for: envelope.clientID) { return refused }
                return .reply(try JSON.encode(try await answer(question)))
            }
        }
    }

    /// Requests with this subject, in order.
    func asked<Question: BusQuestion>(_ type: Question.Type) throws -> [Question] {
        try state.withLock { $0.asked }.filter { $0.subject == Question.subject }.map { try JSON.decode(Question.self, from: $0.payload) }
    }

    func envelopes(_ subject: Subject) -> [RequestEnvelope] { state.withLock { $0.asked }.filter { $0.subject == subject } }

    /// Waits until so many requests of a kind came.
    func wait<Question: BusRequest>(for type: Question.Type, count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.asked.filter({ $0.subject == Question.subject }).count >= count { return true }
                state.waiters.append((count, Question.subject, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    // The log

    @discardableResult
    func say<E: Event>(_ event: E, tenant: TenantID?, key: UUID, sequence: Int64? = nil, audience: Audience = E.audience) throws
        -> EventFrame
    {
        try say(E.subject, payload: try JSON.encode(event), tenant: tenant, key: key, sequence: sequence, audience: audience)
    }

    @discardableResult
    func say(_ subject: Subject, payload: [UInt8], tenant: TenantID?, key: UUID, sequence: Int64?, audience: Audience) throws -> EventFrame
    {
        let part = partition(of: key)
        let frame = state.withLock { state in
            let frame = EventFrame(
                header: EventFrame.Header(
                    stream: name, partition: part, partitionSequence: Int64(state.events[part]?.count ?? 0) + 1, epoch: epoch,
                    eventID: .new(), subject: subject, version: 1, audience: audience, clientID: tenant, key: key, keySequence: sequence,
                    occurredAt: Timestamp.now(), traceparent: nil),
                payload: payload)
            state.events[part, default: []].append(frame)
            return frame
        }
        bus.publish(.event(frame))
        return frame
    }

    func whisper(_ subject: Subject, payload: [UInt8], tenant: TenantID, key: UUID, audience: Audience = .everyone) {
        bus.publish(
            .ephemeral(EphemeralFrame(stream: name, subject: subject, audience: audience, clientID: tenant, key: key, payload: payload)))
    }

    private func respond(_ envelope: RequestEnvelope) async -> Answer {
        if envelope.subject == FetchEvents.subject {
            do {
                let fetch = try FetchEvents(decoding: envelope.payload)
                let events = state.withLock { $0.events[fetch.partition] ?? [] }
                let head = Int64(events.count)
                let missing = Array(events.dropFirst(Int(fetch.after)).prefix(fetch.maxEvents))
                let answer = fetch.answer(epoch: epoch, head: head, oldest: 1) ?? .events(missing, epoch: epoch, head: head)
                return .reply(answer.encoded())
            } catch {
                return .failure(.malformed("\(error)"))
            }
        }
        let (answer, due) = state.withLock { state in
            state.asked.append(envelope)
            var due: [CheckedContinuation<Void, Never>] = []
            state.waiters.removeAll { waiter in
                guard state.asked.filter({ $0.subject == waiter.subject }).count >= waiter.count else { return false }
                due.append(waiter.continuation)
                return true
            }
            return (state.answers[envelope.subject], due)
        }
        for continuation in due { continuation.resume() }
        guard let answer else { return .failure(.unknownSubject(envelope.subject)) }
        do {
            return try await answer(envelope)
        } catch let error as any ServiceError {
            return .refusal(Refusal(code: error.code, details: error.details))
        } catch let error as BusError {
            return .failure(error)
        } catch {
            return .failure(.internal(incident: "test"))
        }
    }
}

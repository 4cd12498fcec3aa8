import Contracts
import Foundation
import Logging
import Synchronization

/// The requests that a service answers, by subject. Register every handler, then ``install(on:)``.
///
/// Who may ask is the question's declaration (``BusQuestion/access``, ``BusQuestion/asker``) and checked here, before anything is looked
/// up, an earlier answer included. Handlers check only what depends on rows.
///
/// A handler's own error (`Request.Failure`) becomes a refusal, a ``BusError`` passes as it is, and anything else is a bug: it is logged
/// with an incident id, and the asker gets only the id.
package final class RequestRouter: Sendable {
    private typealias Route = @Sendable (RequestEnvelope) async -> Answer

    /// Answers a request under a client's own key: from what was answered before, or by the closure.
    /// The middle argument says whether the reply may be kept (``BusRequest/keepsReply``).
    package typealias Repeats = @Sendable (RequestEnvelope, Bool, @Sendable () async -> Answer) async -> Answer

    private let logger: Logger
    private let trouble: @Sendable (any Error) -> BusError?
    private let repeats: Repeats
    private let routes = Mutex<[Subject: Route]>([:])
    private let known = Mutex<[any BusQuestion.Type]>([])

    /// What handlers are registered for, in that order.
    package var questions: [any BusQuestion.Type] { known.withLock { $0 } }

    /// - Parameters:
    ///   - repeats: of a service that keeps what it answered; by default every attempt is answered anew.
    ///   - trouble: what the asker is told of errors that are neither refusals nor bugs, a database that is away for one.
    package init(
        logger: Logger, repeats: @escaping Repeats = { _, _, answer in await answer() },
        trouble: @escaping @Sendable (any Error) -> BusError? = { _ in nil }
    ) {
        self.logger = logger
        self.repeats = repeats
        self.trouble = trouble
    }

    package func register<Handler: RequestHandler>(_ handler: Handler) {
        let logger = logger
        let trouble = trouble
        let repeats = repeats
        let answer: @Sendable (Handler.Request, RequestEnvelope) async -> Answer = { request, envelope in
            do {
                let context = RequestContext(
                    key: envelope.key, deadline: .now + envelope.budget, traceparent: envelope.traceparent)
                return .reply(try JSON.encode(try await handler.answer(request, context: context)))
            } catch let failure as Handler.Request.Failure {
                return Answer(failure)
            } catch let error as BusError {
                return .failure(error)
            } catch is CancellationError {
                return .failure(.cancelled)
            } catch {
                if let error = trouble(error) { return .failure(error) }
                let incident = UUID.version7().lowercased
                logger.error(
                    "a handler failed",
                    metadata: ["subject": "\(envelope.subject)", "incident": "\(incident)", "error": "\(String(reflecting: error))"])
                return .failure(.internal(incident: incident))
            }
        }
        known.withLock { $0.append(Handler.Request.self) }
        add(Handler.Request.subject) { envelope in
            let request: Handler.Request
            do {
                request = try JSON.decode(Handler.Request.self, from: envelope.payload)
            } catch {
                return .failure(.malformed("\(envelope.subject): \(error.shortDescription)"))
            }
            if let refused = request.refusal(for: envelope.clientID) { return refused }
            guard envelope.keyedContent != nil else { return await answer(request, envelope) }
            return await repeats(envelope, Handler.Request.keepsReply) { await answer(request, envelope) }
        }
    }

    /// A handler that reads and writes its own payloads, like the log's fetch: no question of anybody's, but what services of ours, whom the
    /// bus knows by their keys, ask each other about all tenants.
    /// - Parameter concurrentMax: more at once are answered `overloaded`, so that they cannot take the database from everybody else.
    package func register(
        _ subject: Subject, concurrentMax: Int = .max, _ answer: @escaping @Sendable (RequestEnvelope) async -> Answer
    ) {
        let running = RunningCount(max: concurrentMax)
        add(subject) { envelope in
            guard running.begin() else { return .failure(.overloaded(retryAfter: .milliseconds(50))) }
            defer { running.end() }
            return await answer(envelope)
        }
    }

    package func install(on bus: any Bus) {
        bus.respond { envelope in await self.answer(envelope) }
    }

    package func answer(_ envelope: RequestEnvelope) async -> Answer {
        guard let route = routes.withLock({ $0[envelope.subject] }) else { return .failure(.unknownSubject(envelope.subject)) }
        let answer = await route(envelope)
        if let trace = SampledTrace(envelope.traceparent) {
            logger.info(
                "a request was answered",
                metadata: ["subject": "\(envelope.subject)", "outcome": "\(answer.outcome)", "trace_id": "\(trace.traceID)"])
        }
        return answer
    }

    /// - Precondition: nobody answers to `subject` yet.
    private func add(_ subject: Subject, _ route: @escaping Route) {
        let isNew = routes.withLock { $0.updateValue(route, forKey: subject) == nil }
        precondition(isNew, "two handlers for \(subject)")
    }
}

extension BusQuestion {
    /// - Parameter tenant: whom the envelope names.
    /// - Returns: nil if the question may be asked.
    package func refusal(for tenant: TenantID?) -> Answer? {
        if let own = asker.tenant, own != tenant {
            return .failure(.malformed("\(Self.subject): the envelope names another tenant than the question, or none"))
        }
        if case .roles = Self.access {
            guard case .principal(let principal) = asker else { return .failure(.malformed("\(Self.subject): has no principal")) }
            guard Self.access.includes(principal.role) else { return Answer(Failure.roleMayNot(role: principal.role.rawValue)) }
        }
        return nil
    }
}

extension Answer {
    fileprivate init(_ failure: some ServiceError) {
        self = .refusal(Refusal(code: failure.code, details: failure.details))
    }

    /// For logs: no bodies, no details.
    fileprivate var outcome: String {
        switch self {
        case .reply: "reply"
        case .refusal(let refusal): refusal.code
        case .failure: "failure"
        }
    }
}

private final class RunningCount: Sendable {
    private let max: Int
    private let count = Mutex(0)

    init(max: Int) {
        self.max = max
    }

    func begin() -> Bool {
        count.withLock {
            guard $0 < max else { return false }
            $0 += 1
            return true
        }
    }

    func end() {
        count.withLock { $0 -= 1 }
    }
}

extension Error {
    /// Where a document is wrong and how, without the document.
    fileprivate var shortDescription: String {
        guard let error = self as? DecodingError else { return String(describing: type(of: self)) }
        let (context, what): (DecodingError.Context, String)
        switch error {
        case .keyNotFound(let key, let where_): (context, what) = (where_, "\(key.stringValue) is missing")
        case .typeMismatch(let type, let where_): (context, what) = (where_, "is not \(type)")
        case .valueNotFound(let type, let where_): (context, what) = (where_, "is null, not \(type)")
        case .dataCorrupted(let where_): (context, what) = (where_, where_.debugDescription)
        @unknown default: return "cannot be read"
        }
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return path.isEmpty ? what : "\(path): \(what)"
    }
}

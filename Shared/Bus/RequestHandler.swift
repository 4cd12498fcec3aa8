import Contracts
import Foundation

/// Answers one kind of request.
package protocol RequestHandler<Request>: Sendable {
    associatedtype Request: BusQuestion
    /// - Throws: `Request.Failure` for a refusal; ``BusError`` for trouble; anything else is a bug and becomes an incident.
    func answer(_ request: Request, context: RequestContext) async throws -> Request.Reply
}

/// What came around the request.
package struct RequestContext: Sendable {
    package let key: RequestKey
    package let deadline: ContinuousClock.Instant
    package let traceparent: String?

    package init(key: RequestKey, deadline: ContinuousClock.Instant, traceparent: String?) {
        self.key = key
        self.deadline = deadline
        self.traceparent = traceparent
    }
}

extension Bus {
    /// Asks and waits for the typed answer.
    /// - Parameters:
    ///   - key: the same for every attempt at one effect; a fresh one by default.
    ///   - clientID: the tenant the request is for; nil only before a tenant is known.
    /// - Throws: `Request.Failure` when the service refuses, ``BusError`` otherwise.
    package func request<Request: BusRequest>(
        _ request: Request, clientID: TenantID?, key: RequestKey = .random(), budget: Duration = .seconds(5), traceparent: String? = nil
    ) async throws -> Request.Reply {
        try await self.request(
            request, to: Request.service, clientID: clientID, key: key, budget: budget, traceparent: traceparent)
    }

    /// The same of a question that several services answer.
    package func request<Question: BusQuestion>(
        _ request: Question, to service: ServiceName, clientID: TenantID?, key: RequestKey = .random(), budget: Duration = .seconds(5),
        traceparent: String? = nil
    ) async throws -> Question.Reply {
        let reply = try await requestBytes(
            request, to: service, clientID: clientID, key: key, budget: budget, traceparent: traceparent)
        do {
            return try JSON.decode(Question.Reply.self, from: reply)
        } catch let error as DecodingError {
            throw BusError.malformed("\(Question.subject): \(error)")
        }
    }

    /// The answer as it came: JSON of a `Question.Reply`, which is not decoded.
    /// - Parameter keyedContent: see ``RequestEnvelope/keyedContent``.
    package func requestBytes<Question: BusQuestion>(
        _ request: Question, to service: ServiceName, clientID: TenantID?, key: RequestKey = .random(), budget: Duration,
        traceparent: String?, keyedContent: [UInt8]? = nil
    ) async throws -> [UInt8] {
        let envelope = RequestEnvelope(
            subject: Question.subject, key: key, budget: budget, clientID: clientID, traceparent: traceparent, keyedContent: keyedContent,
            payload: try JSON.encode(request))
        do {
            return try await self.request(envelope, to: service)
        } catch BusError.refused(let refusal) {
            throw Question.Failure(code: refusal.code, details: refusal.details)
        }
    }
}

extension RequestKey {
    package static func random() -> RequestKey {
        // Not UUID(): Foundation on Linux opens /dev/urandom for each.
        var generator = SystemRandomNumberGenerator()
        return RequestKey(bytes: withUnsafeBytes(of: (generator.next() as UInt64, generator.next() as UInt64)) { Array($0) })
    }
}

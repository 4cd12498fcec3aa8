import Contracts
import ServiceLifecycle

/// How the services of one installation reach each other. A protocol with two implementations, `InMemoryBus` and
/// `ZeroMQBus`, held to one conformance suite.
///
/// Frames are hints: losing, repeating, delaying or reordering them may cost time, never correctness. Requests are answered
/// at most once per attempt and are retried with the same key.
package protocol Bus: Service {
    /// Hands a frame to whoever listens now. Never waits; may lose it.
    func publish(_ delivery: Delivery)

    /// Hears everything `stream`'s replicas publish. The handler must return quickly and must not block: it runs on the
    /// bus's own thread. Call before `run()`, or while running.
    func subscribe(to stream: StreamName, _ handler: @escaping @Sendable (Delivery) -> Void)

    /// Asks one ready replica of `service`, and another one if that fails while budget remains (always with the same key).
    func request(_ request: RequestEnvelope, to service: ServiceName) async throws(BusError) -> [UInt8]

    /// Answers the requests addressed to this process. Call once, before `run()`.
    func respond(with responder: @escaping @Sendable (RequestEnvelope) async -> Answer)

    /// What it counted so far.
    var metrics: BusMetrics { get }
}

extension Bus {
    /// Of a bus that counts nothing.
    package var metrics: BusMetrics { BusMetrics() }
}

/// A request as it travels.
package struct RequestEnvelope: Sendable, Equatable {
    static let keyedContentSize = 32

    package let subject: Subject
    /// The same for every attempt, so that a repeat is recognised.
    package let key: RequestKey
    /// What is left of the caller's time. Work whose budget is gone is dropped.
    package let budget: Duration
    package let clientID: TenantID?
    package let traceparent: String?
    /// SHA-256 of what the client sent under its own `Idempotency-Key`; nil if it sent none. Another request under the same key differs here.
    package let keyedContent: [UInt8]?
    package let payload: [UInt8]

    /// - Precondition: `keyedContent` has 32 bytes.
    package init(
        subject: Subject, key: RequestKey, budget: Duration, clientID: TenantID?, traceparent: String?, keyedContent: [UInt8]? = nil,
        payload: [UInt8]
    ) {
        precondition(keyedContent.map { $0.count == Self.keyedContentSize } ?? true, "SHA-256 has 32 bytes")
        self.keyedContent = keyedContent
        self.subject = subject
        self.key = key
        self.budget = budget
        self.clientID = clientID
        self.traceparent = traceparent
        self.payload = payload
    }
}

/// What a responder says: the reply's JSON, a typed refusal's JSON (`{code, details}`), or trouble of the transport's own kind.
package enum Answer: Sendable, Equatable {
    case reply([UInt8])
    case refusal(Refusal)
    case failure(BusError)
}

package struct Refusal: Error, Codable, Sendable, Equatable {
    package let code: String
    package let details: [String: JSONValue]

    package init(code: String, details: [String: JSONValue]) {
        self.code = code
        self.details = details
    }
}

/// Trouble on the way, not a decision of the service asked.
package enum BusError: Error, Sendable, Equatable {
    /// The service decided against it. Final.
    case refused(Refusal)
    /// The request could not be read, or its answer could not. Final.
    case malformed(String)
    /// Nobody there answers to this subject. Final.
    case unknownSubject(Subject)
    /// A bug on the other side; the incident id stands in its log. Final.
    case `internal`(incident: String)
    /// Too much is waiting. Ask again with the same key.
    case overloaded(retryAfter: Duration)
    /// No replica is ready, or its database is away. Ask again with the same key.
    case unavailable(retryAfter: Duration)
    /// The budget went by. It may or may not have happened: ask again with the same key.
    case deadlineExceeded
    /// Two replicas were lost while they held it, by it or by chance; nobody else was asked. It may or may not have happened: ask again
    /// with the same key.
    case replicasLost
    case cancelled
}

/// 16 bytes that name one intended effect.
package struct RequestKey: Hashable, Sendable {
    package let bytes: [UInt8]

    /// - Precondition: 16 bytes.
    package init(bytes: [UInt8]) {
        precondition(bytes.count == 16, "a request key has 16 bytes")
        self.bytes = bytes
    }
}

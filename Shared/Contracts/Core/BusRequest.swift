/// An order or a question to another service.
package protocol BusRequest: Codable, Sendable {
    associatedtype Reply: Codable & Sendable
    associatedtype Failure: ServiceError
    /// `service.order`, for ever.
    static var subject: Subject { get }
    /// Who answers.
    static var service: ServiceName { get }
    /// Whether the reply is kept for a repeat under the same `Idempotency-Key`. False for a reply that
    /// holds a secret, and for one that its own id finds again: the repeat is then answered anew, by a handler that recognises it.
    static var keepsReply: Bool { get }
}

extension BusRequest {
    package static var keepsReply: Bool { true }
}

/// Nothing to say beyond "done".
package struct Done: Codable, Sendable, Equatable {
    package init() {}
}

/// Why a service refuses. Each case is something the caller can act on; a bug is not a case.
/// Crosses the bus as `{code, details}`; a code that this build does not know becomes the type's `unknown` case.
package protocol ServiceError: Error, Sendable, Equatable {
    var code: String { get }
    /// What the sentence needs: ids, limits, the field's name. Never text a customer wrote, never a secret.
    var details: [String: JSONValue] { get }
    init(code: String, details: [String: JSONValue])
}

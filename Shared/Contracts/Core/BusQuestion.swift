/// An order or a question that more than one service answers alike; whoever asks says which of them is meant.
package protocol BusQuestion: Codable, Sendable {
    associatedtype Reply: Codable & Sendable
    associatedtype Failure: ServiceError
    /// `service.order`, for ever.
    static var subject: Subject { get }
    /// Whether the reply is kept for a repeat under the same `Idempotency-Key`. False for a reply that
    /// holds a secret, and for one that its own id finds again: the repeat is then answered anew, by a handler that recognises it.
    static var keepsReply: Bool { get }
}

extension BusQuestion {
    package static var keepsReply: Bool { true }
}

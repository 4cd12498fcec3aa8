import Foundation

/// An event on its way into the log. The payload is encoded here, once; log, wire and browser carry these bytes.
package struct NewEvent: Sendable {
    /// Bytes of payload: what the bus carries at most. Source: contracts.md, section 9.
    package static let payloadMax = 256 * 1024

    package let id: EventID
    package let subject: Subject
    package let version: UInt16
    package let audience: Audience
    package let clientID: TenantID?
    package let key: UUID
    package let keySequence: Int64?
    package let traceparent: String?
    package let payload: [UInt8]
    /// The JSON of an ``EventContext``; empty without one.
    package let context: [UInt8]

    /// - Parameters:
    ///   - clientID: nil for facts that belong to no tenant.
    ///   - key: what order is promised for: a conversation, an agent.
    ///   - keySequence: the conversation's own sequence, where the event has one.
    ///   - context: where the conversation stands; nil for events of no conversation.
    /// - Throws: ``EventTooLarge``, before anything was written.
    package init<E: Event>(
        _ event: E, id: EventID = .new(), clientID: TenantID?, key: UUID, keySequence: Int64? = nil, traceparent: String? = nil,
        context: EventContext? = nil
    ) throws {
        try self.init(
            E.self, payload: try JSON.encode(event), id: id, clientID: clientID, key: key, keySequence: keySequence,
            traceparent: traceparent, context: context)
    }

    /// The same for a producer that has encoded the event already, to hash its bytes or to keep them elsewhere too.
    package init<E: Event>(
        _ type: E.Type, payload: [UInt8], id: EventID = .new(), clientID: TenantID?, key: UUID, keySequence: Int64?, traceparent: String?,
        context: EventContext? = nil
    ) throws {
        guard payload.count <= Self.payloadMax else {
            throw EventTooLarge(subject: E.subject, bytes: payload.count, limit: Self.payloadMax)
        }
        self.id = id
        subject = E.subject
        version = E.version
        audience = E.audience
        self.clientID = clientID
        self.key = key
        self.keySequence = keySequence
        self.traceparent = traceparent
        self.payload = payload
        self.context = try context.map { try JSON.encode($0) } ?? []
    }
}

import Bus
import Contracts
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

    /// - Parameters:
    ///   - clientID: nil for facts that belong to no tenant.
    ///   - key: what order is promised for: a conversation, an agent.
    ///   - keySequence: the conversation's own sequence, where the event has one.
    /// - Throws: ``EventLogError/payloadTooLarge(subject:bytes:limit:)``, before anything was written.
    package init<E: Event>(
        _ event: E, id: EventID = .new(), clientID: TenantID?, key: UUID, keySequence: Int64? = nil, traceparent: String? = nil
    ) throws {
        try self.init(
            E.self, payload: try JSON.encode(event), id: id, clientID: clientID, key: key, keySequence: keySequence,
            traceparent: traceparent)
    }

    /// The same for a producer that has encoded the event already, to hash its bytes or to keep them elsewhere too.
    package init<E: Event>(
        _ type: E.Type, payload: [UInt8], id: EventID = .new(), clientID: TenantID?, key: UUID, keySequence: Int64?, traceparent: String?
    ) throws {
        guard payload.count <= Self.payloadMax else {
            throw EventLogError.payloadTooLarge(subject: E.subject, bytes: payload.count, limit: Self.payloadMax)
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
    }
}

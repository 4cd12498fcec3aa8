import Contracts
import Foundation

/// One event of a durable log as it travels and as it is fetched: a header the database completed, and the payload's bytes.
package struct EventFrame: Sendable, Equatable {
    package struct Header: Sendable, Equatable {
        package let stream: StreamName
        package let partition: Int
        /// Position within the partition: contiguous and in commit order, from 1.
        package let partitionSequence: Int64
        /// Identity of the log's history; it changes when a restore may have lost a tail.
        package let epoch: UUID
        package let eventID: EventID
        package let subject: Subject
        package let version: UInt16
        package let audience: Audience
        /// nil for facts that belong to no tenant.
        package let clientID: TenantID?
        /// What order is promised for: a conversation, an agent.
        package let key: UUID
        /// The conversation's own sequence, where the event has one.
        package let keySequence: Int64?
        /// The database's clock when the event was written.
        package let occurredAt: Date
        /// W3C trace context of the request that caused it.
        package let traceparent: String?
        /// The JSON of an ``EventContext``, as it was written; empty for events of no conversation and for what older services said.
        package let context: [UInt8]

        package init(
            stream: StreamName, partition: Int, partitionSequence: Int64, epoch: UUID, eventID: EventID, subject: Subject,
            version: UInt16, audience: Audience, clientID: TenantID?, key: UUID, keySequence: Int64?, occurredAt: Date,
            traceparent: String?, context: [UInt8] = []
        ) {
            self.stream = stream
            self.partition = partition
            self.partitionSequence = partitionSequence
            self.epoch = epoch
            self.eventID = eventID
            self.subject = subject
            self.version = version
            self.audience = audience
            self.clientID = clientID
            self.key = key
            self.keySequence = keySequence
            self.occurredAt = occurredAt
            self.traceparent = traceparent
            self.context = context
        }
    }

    package let header: Header
    /// The contract's JSON, encoded once by the producer. Log, wire and browser carry these same bytes.
    package let payload: [UInt8]

    package init(header: Header, payload: [UInt8]) {
        self.header = header
        self.payload = payload
    }

    /// Where the conversation stood when this was said.
    /// - Returns: nil for events of no conversation and for what older services said.
    package func context() throws -> EventContext? {
        try header.context.isEmpty ? nil : JSON.decode(EventContext.self, from: header.context)
    }

    /// - Returns: nil if the frame carries another event.
    package func decode<E: Event>(_ type: E.Type) throws -> E? {
        guard header.subject == E.subject else { return nil }
        return try JSON.decode(type, from: payload)
    }
}

/// Says how far each partition of a stream has come, so that a lost last frame is noticed.
package struct Beacon: Sendable, Equatable {
    package let stream: StreamName
    package let epoch: UUID
    /// The last sequence of each partition, indexed by partition.
    package let heads: [Int64]

    package init(stream: StreamName, epoch: UUID, heads: [Int64]) {
        self.stream = stream
        self.epoch = epoch
        self.heads = heads
    }
}

/// Typing, presence blips: published without a log, promises nothing.
package struct EphemeralFrame: Sendable, Equatable {
    package let stream: StreamName
    package let subject: Subject
    package let audience: Audience
    package let clientID: TenantID
    package let key: UUID
    package let payload: [UInt8]

    package init(stream: StreamName, subject: Subject, audience: Audience, clientID: TenantID, key: UUID, payload: [UInt8]) {
        self.stream = stream
        self.subject = subject
        self.audience = audience
        self.clientID = clientID
        self.key = key
        self.payload = payload
    }
}

/// What a subscriber hears. Any of it may be lost, repeated, late or out of order.
package enum Delivery: Sendable, Equatable {
    case event(EventFrame)
    case beacon(Beacon)
    case ephemeral(EphemeralFrame)
}

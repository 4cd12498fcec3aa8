import Contracts
import Foundation

/// One thing that happened on a message's way.
package struct TraceHop: Sendable, Encodable, Equatable {
    package enum Kind: String, Sendable, Encodable {
        /// Stored by chat.
        case message
        /// Said by a service, in its log.
        case event
        /// Put aside by a consumer.
        case parked
        /// Written to a structured log.
        case log
    }

    /// How far another service has come with an event.
    package struct Consumer: Sendable, Encodable, Equatable {
        package let service: String
        /// Whether its effect is committed there.
        package let applied: Bool
    }

    package let time: Date
    package let kind: Kind
    package let service: String
    /// The event's subject, the log's sentence, or why it was parked.
    package let what: String
    package let eventID: UUID?
    /// Where the event stands in its service's log: partition and sequence.
    package let position: String?
    package let consumers: [Consumer]

    package init(
        time: Date, kind: Kind, service: String, what: String, eventID: UUID? = nil, position: String? = nil, consumers: [Consumer] = []
    ) {
        self.time = time
        self.kind = kind
        self.service = service
        self.what = what
        self.eventID = eventID
        self.position = position
        self.consumers = consumers
    }

    private enum CodingKeys: String, CodingKey {
        case time, kind, service, what
        case eventID = "event_id"
        case position, consumers
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Timestamp.text(time), forKey: .time)
        try container.encode(kind, forKey: .kind)
        try container.encode(service, forKey: .service)
        try container.encode(what, forKey: .what)
        try container.encodeIfPresent(eventID?.lowercased, forKey: .eventID)
        try container.encodeIfPresent(position, forKey: .position)
        try container.encode(consumers, forKey: .consumers)
    }
}

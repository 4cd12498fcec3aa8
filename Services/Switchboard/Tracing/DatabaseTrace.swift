import Contracts
import Foundation
import Storage

/// Finds a trace in the services' tables: what chat stored, what every service said of it, and how far the others have heard it.
package struct DatabaseTrace: Sendable {
    /// What was found, and the trace's id if the subject has one.
    package struct Found: Sendable {
        package let traceID: String?
        package let hops: [TraceHop]
    }

    /// Events of one trace that are shown.
    static let eventsMax = 1_000

    private let database: Database

    /// - Parameter database: as a role that may read every schema, such as `switchboard_verify`.
    package init(_ database: Database) {
        self.database = database
    }

    package func find(_ subject: TraceSubject) async throws -> Found {
        let logs = try await services(with: "outbox")
        var hops: [TraceHop] = []
        var events: [UUID] = []
        let traceID: String?
        switch subject {
        case .trace(let id): traceID = id
        case .identifier(let id):
            events = [id]
            if logs.contains(.chat), let message = try await message(id) {
                hops.append(message.hop)
                events += message.events
            }
            traceID = try await trace(ofEvents: events, in: logs)
        }
        let consumers = try await services(with: "cursor")
        for service in logs { hops += try await said(by: service, traceID, events, heardBy: consumers) }
        for service in try await services(with: "parked") { hops += try await parked(by: service, traceID, events) }
        return Found(traceID: traceID, hops: hops.sorted { ($0.time, $0.service) < ($1.time, $1.service) })
    }

    /// Those whose schema has such a table.
    private func services(with table: String) async throws -> [ServiceName] {
        try await database.query(
            .none,
            """
            SELECT n.nspname::text AS schema
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relname = \(table)::text AND c.relkind IN ('r', 'p') AND has_schema_privilege(n.oid, 'USAGE')
               AND has_table_privilege(c.oid, 'SELECT')
             ORDER BY 1
            """
        ).map { ServiceName(schema: try $0["schema"]) }
    }

    private func message(_ id: UUID) async throws -> (hop: TraceHop, events: [UUID])? {
        let rows = try await database.query(
            .none,
            """
            SELECT m.sent_at, m.conversation_id, m.sequence, o.event_id
              FROM chat.communication_messages m
              LEFT JOIN chat.outbox o ON o.client_id = m.client_id AND o.key = m.conversation_id AND o.key_sequence = m.sequence
             WHERE m.id = \(id)
            """)
        guard let row = rows.first else { return nil }
        let (conversation, sequence, sentAt): (UUID, Int64, Date) = (try row["conversation_id"], try row["sequence"], try row["sent_at"])
        let hop = TraceHop(
            time: sentAt, kind: .message, service: ServiceName.chat.rawValue,
            what: "stored as number \(sequence) of conversation \(conversation.lowercased)")
        return (hop, try rows.compactMap { try $0["event_id"] as UUID? })
    }

    private func trace(ofEvents events: [UUID], in logs: [ServiceName]) async throws -> String? {
        for service in logs {
            let rows = try await database.query(
                .none,
                """
                SELECT split_part(traceparent, '-', 2) AS trace FROM \(identifier: service.schema).outbox
                 WHERE event_id = ANY(\(events)) AND traceparent IS NOT NULL LIMIT 1
                """)
            if let row = rows.first { return try row["trace"] }
        }
        return nil
    }

    private func said(by service: ServiceName, _ traceID: String?, _ events: [UUID], heardBy consumers: [ServiceName]) async throws
        -> [TraceHop]
    {
        let rows = try await database.query(
            .none,
            """
            SELECT part, seq, event_id, subject, occurred_at FROM \(identifier: service.schema).outbox
             WHERE split_part(traceparent, '-', 2) = \(traceID) OR event_id = ANY(\(events))
             ORDER BY occurred_at LIMIT \(Int64(Self.eventsMax))
            """)
        var hops: [TraceHop] = []
        for row in rows {
            let (part, seq): (Int, Int64) = (try row["part"], try row["seq"])
            var heard: [TraceHop.Consumer] = []
            for consumer in consumers {
                let cursor = try await database.query(
                    .none,
                    "SELECT seq >= \(seq) AS applied FROM \(identifier: consumer.schema).cursor WHERE stream = \(service) AND part = \(part)"
                )
                if let row = cursor.first { heard.append(TraceHop.Consumer(service: consumer.rawValue, applied: try row["applied"])) }
            }
            hops.append(
                TraceHop(
                    time: try row["occurred_at"], kind: .event, service: service.rawValue, what: try row["subject"],
                    eventID: try row["event_id"],
                    position: "\(part)/\(seq)", consumers: heard))
        }
        return hops
    }

    private func parked(by service: ServiceName, _ traceID: String?, _ events: [UUID]) async throws -> [TraceHop] {
        try await database.query(
            .none,
            """
            SELECT stream, part, seq, event_id, subject, reason, parked_at FROM \(identifier: service.schema).parked
             WHERE split_part(traceparent, '-', 2) = \(traceID) OR event_id = ANY(\(events))
             ORDER BY parked_at LIMIT \(Int64(Self.eventsMax))
            """
        ).map { row in
            let (part, seq): (Int, Int64) = (try row["part"], try row["seq"])
            let (subject, reason): (String, String) = (try row["subject"], try row["reason"])
            return TraceHop(
                time: try row["parked_at"], kind: .parked, service: service.rawValue, what: "\(subject): \(reason)",
                eventID: try row["event_id"],
                position: "\(part)/\(seq)")
        }
    }
}

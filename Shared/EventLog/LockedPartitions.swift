import Bus
import Contracts
import Foundation
import Storage

/// Partitions whose heads this transaction has locked, and the events it gives numbers to. Lives no longer than its transaction.
package struct LockedPartitions {
    let appended: AppendedEvents
}

/// What a transaction appends, collected until COMMIT.
final class AppendedEvents {
    private struct Head {
        let epoch: UUID
        var sequence: Int64
    }

    private let stream: StreamName
    private var heads: [Int: Head]
    /// The database's clock after the locks were granted: one time for all of the batch, never before an earlier batch's.
    private let now: Date
    private(set) var frames: [EventFrame] = []

    /// - Parameter rows: of ``EventPublisher/lockStatement(for:)``.
    init(stream: StreamName, rows: Rows) throws {
        self.stream = stream
        var heads: [Int: Head] = [:]
        var now = Date.distantPast
        for row in rows {
            heads[try row["part"]] = Head(epoch: try row["epoch"], sequence: try row["last_seq"])
            now = max(now, try row["now"])
        }
        self.heads = heads
        self.now = now
    }

    func append(_ events: [NewEvent]) throws {
        frames.reserveCapacity(frames.count + events.count)
        for event in events {
            let part = partition(of: event.key)
            guard var head = heads[part] else { throw EventLogError.partitionNotLocked(part) }
            head.sequence += 1
            heads[part] = head
            let header = EventFrame.Header(
                stream: stream, partition: part, partitionSequence: head.sequence, epoch: head.epoch, eventID: event.id,
                subject: event.subject, version: event.version, audience: event.audience, clientID: event.clientID, key: event.key,
                keySequence: event.keySequence, occurredAt: now, traceparent: event.traceparent, context: event.context)
            frames.append(EventFrame(header: header, payload: event.payload))
        }
    }

    /// Writes the events and moves the heads, in one statement.
    var statements: [SQL] {
        guard !frames.isEmpty else { return [] }
        var moved: [Int: Int64] = [:]
        for frame in frames { moved[frame.header.partition] = frame.header.partitionSequence }
        let parts = moved.keys.sorted()
        let schema: SQL = "\(identifier: stream.schema)"
        let headers = frames.map(\.header)
        return [
            """
            WITH moved AS (
                UPDATE \(schema).stream_head h SET last_seq = n.seq
                  FROM unnest(\(parts), \(parts.compactMap { moved[$0] })) AS n(part, seq)
                 WHERE h.part = n.part
            )
            INSERT INTO \(schema).outbox (part, seq, event_id, subject, version, audience, client_id, key, key_sequence,
                                          traceparent, payload, context, occurred_at)
            SELECT e.*, \(now)
              FROM unnest(\(headers.map(\.partition)), \(headers.map(\.partitionSequence)), \(headers.map(\.eventID)),
                          \(headers.map(\.subject)), \(headers.map { Int($0.version) }), \(headers.map { Int($0.audience.rawValue) }),
                          \(headers.map(\.clientID)), \(headers.map(\.key)), \(headers.map(\.keySequence)),
                          \(headers.map(\.traceparent)), \(frames.map(\.payload)),
                          \(headers.map(\.contextText))) AS e
            """
        ]
    }
}

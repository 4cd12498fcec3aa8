import Bus
import Contracts
import Foundation
import Storage

extension EventFrame {
    /// The columns that `outbox` and `parked` share, besides `part`, `seq` and `epoch`.
    static let columns: SQL =
        "event_id, subject, version, audience, client_id, key, key_sequence, occurred_at, traceparent, payload, context"

    /// - Parameter row: `part`, `seq`, `epoch` and ``columns``.
    init(_ row: Row, stream: StreamName) throws {
        guard let audience = Audience(rawValue: UInt8(clamping: try row["audience"] as Int)) else {
            throw DatabaseError.decoding("column audience holds a value that Audience does not know")
        }
        let header = Header(
            stream: stream, partition: try row["part"], partitionSequence: try row["seq"], epoch: try row["epoch"],
            eventID: try row["event_id"], subject: try row["subject"], version: UInt16(clamping: try row["version"] as Int),
            audience: audience, clientID: try row["client_id"], key: try row["key"], keySequence: try row["key_sequence"],
            occurredAt: try row["occurred_at"], traceparent: try row["traceparent"],
            context: Array((try row["context"] as String? ?? "").utf8))
        self.init(header: header, payload: try row["payload"])
    }
}

extension EventFrame.Header {
    /// As the column holds it.
    var contextText: String? { context.isEmpty ? nil : String(decoding: context, as: UTF8.self) }
}

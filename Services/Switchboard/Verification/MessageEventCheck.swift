import ChatService
import Contracts
import Foundation
import Storage

/// What was said of a message is what is stored: every `MessageAppended` that the log still holds, against its row.
package struct MessageEventCheck: IntegrityCheck {
    /// Events compared in one statement.
    static let pageSize: Int64 = 2_000

    package init() {}

    package var name: String { "chat: messages in the log are the stored ones" }

    package func run(_ database: Database) async throws -> IntegrityResult {
        var result = IntegrityResult(examined: 0)
        for part in 0..<Partitioning.partitionCount {
            var after: Int64 = 0
            while true {
                let rows = try await database.query(
                    .none,
                    """
                    SELECT o.seq, o.key, o.key_sequence, o.payload, m.id, m.content_hash, m.metadata, m.author_name, m.sent_at,
                           e.subject AS other_subject
                      FROM chat.outbox o
                      LEFT JOIN chat.communication_messages m
                             ON m.client_id = o.client_id AND m.conversation_id = o.key AND m.sequence = o.key_sequence
                      LEFT JOIN chat.conversation_entries e
                             ON e.client_id = o.client_id AND e.conversation_id = o.key AND e.sequence = o.key_sequence
                     WHERE o.part = \(part) AND o.seq > \(after)
                       AND o.subject IN (\(MessageAppended.subject), \(NoteAppended.subject))
                     ORDER BY o.seq
                     LIMIT \(Self.pageSize)
                    """)
                guard !rows.isEmpty else { break }
                for row in rows {
                    after = try row["seq"]
                    result.examined += 1
                    if let problem = try problem(row) {
                        let key: UUID = try row["key"]
                        result.findings.append(IntegrityFinding(place: "conversation \(key.lowercased)", detail: problem))
                    }
                }
            }
        }
        return result
    }

    private func problem(_ row: Row) throws -> String? {
        let payload: [UInt8] = try row["payload"]
        let sequence: Int64 = try row["key_sequence"]
        // Notes have the same shape.
        guard let event = try? JSON.decode(MessageAppended.self, from: payload) else {
            return "the event of message \(sequence) cannot be read"
        }
        guard let id: MessageID = try row["id"] else { return "message \(sequence) was said and is not stored" }
        guard id == event.id else { return "message \(sequence) was said with another id" }
        let hash: [UInt8] = try row["content_hash"]
        guard hash == ContentHash.message(event.id, author: event.author, text: event.text) else {
            return "message \(sequence) was said with another text or author"
        }
        let metadata: JSONValue = try row["metadata"]
        let sentAt: Date = try row["sent_at"]
        guard metadata == .object(event.metadata) || !MetadataLimits.fit(event.metadata), try row["author_name"] == event.author.name,
            Timestamp.text(sentAt) == Timestamp.text(event.sentAt)
        else {
            return "message \(sequence) was said with other metadata, name or time"
        }
        return nil
    }
}

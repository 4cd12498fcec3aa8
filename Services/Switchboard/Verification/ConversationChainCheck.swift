import ChatService
import Contracts
import Foundation
import Storage

/// What customers and agents wrote: every conversation's sequence has no gap, every hash belongs to the text beside it, and the
/// chain of hashes ends in the digest that the conversation keeps. Contracts §8.
package struct ConversationChainCheck: IntegrityCheck {
    /// Conversations read at once: a few hundred messages each fit a statement's time.
    static let pageSize: Int64 = 100

    package init() {}

    package var name: String { "chat: every conversation's sequence, hashes and digest" }

    package func run(_ database: Database) async throws -> IntegrityResult {
        var result = IntegrityResult(examined: 0)
        var position = (
            client: TenantID(UUID(bytes: [UInt8](repeating: 0, count: 16))),
            id: ConversationID(UUID(bytes: [UInt8](repeating: 0, count: 16)))
        )
        while true {
            // One statement, so one snapshot: the suite may be writing meanwhile.
            let rows = try await database.query(
                .none,
                """
                WITH page AS (
                    SELECT client_id, id, last_sequence, last_message_sequence, digest, status, agent_id
                      FROM chat.conversations
                     WHERE (client_id, id) > (\(position.client), \(position.id))
                     ORDER BY client_id, id
                     LIMIT \(Self.pageSize)
                )
                SELECT p.client_id, p.id, p.last_sequence, p.last_message_sequence, p.digest, p.status, p.agent_id, e.*
                  FROM page p
                  LEFT JOIN LATERAL (
                        SELECT m.sequence, NULL AS subject, m.id AS message_id, m.kind, m.author_kind, m.author_id, m.content,
                               m.content_hash, NULL::bytea AS payload, m.edited_at IS NOT NULL AS is_edited,
                               m.deleted_at IS NOT NULL AS is_deleted
                          FROM chat.communication_messages m
                         WHERE m.client_id = p.client_id AND m.conversation_id = p.id
                         UNION ALL
                        SELECT c.sequence, c.subject, c.message_id, NULL, NULL, NULL, NULL, c.content_hash, c.payload, false, false
                          FROM chat.conversation_entries c
                         WHERE c.client_id = p.client_id AND c.conversation_id = p.id) AS e ON true
                 ORDER BY p.client_id, p.id, e.sequence
                """)
            guard !rows.isEmpty else { return result }
            var chain: ConversationChain?
            for row in rows {
                let (client, id): (TenantID, ConversationID) = (try row["client_id"], try row["id"])
                if chain?.id != id || chain?.clientID != client {
                    result.findings += chain?.findings() ?? []
                    chain = try ConversationChain(row)
                    result.examined += 1
                }
                if let sequence: Int64 = try row["sequence"] { try chain?.add(row, sequence: sequence) }
                position = (client, id)
            }
            result.findings += chain?.findings() ?? []
        }
    }
}

/// One conversation's entries, added in order, and what they say against its row.
private struct ConversationChain {
    let clientID: TenantID
    let id: ConversationID
    private let lastSequence: Int64
    private let lastMessageSequence: Int64
    private let digest: [UInt8]
    private let status: ConversationStatus
    private let agentID: AgentID?

    private struct Text {
        let sequence: Int64
        let content: String
        let isEdited: Bool
        let isDeleted: Bool
        let matches: Bool
    }

    private var problems: [String] = []
    private var reached: Int64 = 0
    private var reachedMessage: Int64 = 0
    private var computed: [UInt8] = []
    private var texts: [MessageID: Text] = [:]
    private var editedTexts: [MessageID: String] = [:]
    private var deleted: Set<MessageID> = []
    private var said: (status: ConversationStatus, agent: AgentID?) = (.waiting, nil)

    init(_ row: Row) throws {
        clientID = try row["client_id"]
        id = try row["id"]
        lastSequence = try row["last_sequence"]
        lastMessageSequence = try row["last_message_sequence"]
        digest = try row["digest"]
        status = try row["status"]
        agentID = try row["agent_id"]
    }

    mutating func add(_ row: Row, sequence: Int64) throws {
        if sequence != reached + 1 { problems.append("sequence \(reached) is followed by \(sequence)") }
        reached = sequence
        let hash: [UInt8] = try row["content_hash"]
        computed = ContentHash.link(computed, sequence: sequence, contentHash: hash)
        let messageID: MessageID? = try row["message_id"]
        guard let subject: String = try row["subject"] else {
            guard let messageID else { return }
            let author = Author(kind: try row["author_kind"], id: try row["author_id"], name: "")
            let content: String = try row["content"]
            texts[messageID] = Text(
                sequence: sequence, content: content, isEdited: try row["is_edited"], isDeleted: try row["is_deleted"],
                matches: ContentHash.message(messageID, author: author, text: content) == hash)
            if try row["kind"] as String != "note" { reachedMessage = sequence }
            return
        }
        guard let payload: [UInt8] = try row["payload"] else {
            if subject != MessageEdited.subject.rawValue { problems.append("entry \(sequence) has lost its content") }
            return
        }
        if ContentHash.entry(payload) != hash { problems.append("entry \(sequence) is not what was written") }
        switch Subject(rawValue: subject) {
        case MessageEdited.subject:
            let edit = try JSON.decode(MessageEdited.self, from: payload)
            editedTexts[edit.id] = edit.text
        case MessageDeleted.subject: deleted.insert(try JSON.decode(MessageDeleted.self, from: payload).id)
        case ConversationStatusChanged.subject:
            said = (try JSON.decode(ConversationStatusChanged.self, from: payload).status, nil)
        case AssignmentApplied.subject:
            let applied = try JSON.decode(AssignmentApplied.self, from: payload)
            said = (applied.status, applied.agent?.id)
        default: break
        }
    }

    func findings() -> [IntegrityFinding] {
        var problems = problems
        if reached != lastSequence { problems.append("the last entry is \(reached), the conversation says \(lastSequence)") }
        if reachedMessage != lastMessageSequence {
            problems.append("the last message is \(reachedMessage), the conversation says \(lastMessageSequence)")
        }
        if computed != digest { problems.append("the digest does not follow from the entries") }
        if said.status != status { problems.append("the entries end with status \(said.status), the conversation says \(status)") }
        if said.agent != agentID { problems.append("the entries end with another agent than the conversation has") }
        for (messageID, text) in texts.sorted(by: { $0.value.sequence < $1.value.sequence }) {
            if text.isDeleted != deleted.contains(messageID) {
                problems.append(
                    "message \(text.sequence) \(text.isDeleted ? "is deleted without an entry" : "has an entry of its deletion and stands")"
                )
            } else if text.isDeleted {
                if !text.content.isEmpty { problems.append("message \(text.sequence) is deleted and still has a text") }
            } else if let edited = editedTexts[messageID] {
                if edited != text.content { problems.append("message \(text.sequence) is not what its last edit wrote") }
            } else if !text.matches || text.isEdited {
                problems.append("message \(text.sequence) is not what was written")
            }
        }
        return problems.map { IntegrityFinding(place: "conversation \(id)", detail: $0) }
    }
}

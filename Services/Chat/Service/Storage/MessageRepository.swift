import Bus
import Contracts
import Foundation
import Storage

/// Reading what was written.
struct MessageRepository: Sendable {
    /// Bytes of the entries' payloads of a page. They travel as texts within JSON, where quotes and backslashes double.
    static let entriesBytesMax = 512 * 1024

    let database: Database

    func page(_ request: ListMessages) async throws -> MessagePage {
        let principal = request.principal
        let isCustomer = principal.role == .customer
        return try await database.transaction(.tenant(principal.clientID)) { transaction in
            let session = try ConversationRepository.session(request.sessionID, for: principal, in: transaction)
            var conditions: SQL = "m.client_id = \(principal.clientID) AND m.conversation_id = \(request.sessionID)"
            if isCustomer { conditions += " AND m.kind <> 'note'" }
            if let after = request.after { conditions += " AND m.sequence > \(after)" }
            if let before = request.before { conditions += " AND m.sequence < \(before)" }
            // Going forward from `after`; otherwise the newest, going back.
            let forward = request.after != nil
            let order: SQL = forward ? "m.sequence" : "m.sequence DESC"
            let page = try transaction.query(
                """
                SELECT \(ConversationRows.messageColumns)
                  FROM chat.communication_messages m
                 WHERE \(conditions)
                 ORDER BY \(order)
                 LIMIT \(Int64(request.limit + 1))
                """
            ).page(limit: request.limit)
            let participants = try ConversationRepository.participants(
                request.sessionID, clientID: principal.clientID, in: transaction)
            let marks = Watermarks(participants)
            let read = try page.rows.map { row in
                let message = marks.apply(to: try Message(row: row))
                return isCustomer ? message.forCustomer : message
            }
            let items = forward ? read : read.reversed()
            let hasMore = page.hasMore
            let through =
                forward && hasMore
                ? items.last?.sequence ?? session.lastSequence
                : request.before.map { min(session.lastSequence, max($0, 1) - 1) } ?? session.lastSequence
            let next = hasMore ? (forward ? items.last?.sequence : items.first?.sequence) : nil
            return MessagePage(items: Array(items), through: through, nextCursor: next.map(String.init))
        }
    }

    /// What a socket replays: messages and everything else that took a sequence, merged in order.
    func entries(_ request: ReadEntries) async throws -> ConversationEntries {
        let principal = request.principal
        let isCustomer = principal.role == .customer
        return try await database.transaction(.tenant(principal.clientID)) { transaction in
            let session = try ConversationRepository.session(request.sessionID, for: principal, in: transaction)
            let notes: SQL = isCustomer ? " AND m.kind <> 'note'" : ""
            // The two statements see different moments; nothing above the sequence read first is taken.
            let results = try transaction.pipeline([
                """
                SELECT \(ConversationRows.messageColumns)
                  FROM chat.communication_messages m
                 WHERE m.client_id = \(principal.clientID) AND m.conversation_id = \(request.sessionID)
                   AND m.sequence > \(request.after) AND m.sequence <= \(session.lastSequence)\(notes)
                 ORDER BY m.sequence LIMIT \(Int64(request.limit + 1))
                """,
                """
                SELECT sequence, subject, payload
                  FROM chat.conversation_entries
                 WHERE client_id = \(principal.clientID) AND conversation_id = \(request.sessionID)
                   AND sequence > \(request.after) AND sequence <= \(session.lastSequence)
                 ORDER BY sequence LIMIT \(Int64(request.limit + 1))
                """,
            ])
            var entries: [ConversationEntry] = []
            // A row whose payload was erased still counts: the sequence is covered.
            var covered: [(sequence: Int64, bytes: Int)] = []
            for row in results[0] {
                let message = try Message(row: row)
                let entry = try ConversationEntry(isCustomer ? message.forCustomer : message)
                covered.append((entry.sequence, entry.payload.utf8.count))
                entries.append(entry)
            }
            for row in results[1] {
                let sequence: Int64 = try row["sequence"]
                let payload: [UInt8]? = try row["payload"]
                covered.append((sequence, payload?.count ?? 0))
                guard let payload else { continue }
                entries.append(
                    ConversationEntry(
                        subject: try row["subject"], sequence: sequence, payload: String(decoding: payload, as: UTF8.self)))
            }
            covered.sort { $0.sequence < $1.sequence }
            var (count, bytes) = (0, 0)
            while count < min(covered.count, request.limit), bytes < Self.entriesBytesMax {
                bytes += covered[count].bytes
                count += 1
            }
            let isComplete = count == covered.count
            // Below `after` if the asker has seen more than there is: its position is another database's.
            let through = isComplete ? session.lastSequence : covered[count - 1].sequence
            let participants = try ConversationRepository.participants(
                request.sessionID, clientID: principal.clientID, in: transaction)
            return ConversationEntries(
                entries: entries.filter { $0.sequence <= through }.sorted { $0.sequence < $1.sequence }, through: through,
                isComplete: isComplete,
                receipts: participants.map {
                    Receipt(
                        participant: Author(kind: $0.kind, id: $0.id, name: $0.name), deliveredThrough: $0.deliveredThrough,
                        readThrough: $0.readThrough)
                })
        }
    }
}

/// How far each side has come, to tell a message's state.
struct Watermarks {
    private var customer: (delivered: Int64, read: Int64) = (0, 0)
    private var staff: (delivered: Int64, read: Int64) = (0, 0)

    init(_ participants: [Participant]) {
        for participant in participants {
            let mark = (participant.deliveredThrough, participant.readThrough)
            if participant.kind == .customer {
                customer = (max(customer.delivered, mark.0), max(customer.read, mark.1))
            } else {
                staff = (max(staff.delivered, mark.0), max(staff.read, mark.1))
            }
        }
    }

    func apply(to message: Message) -> Message {
        // What an adapter carries has come as far as its provider says.
        guard message.kind == .message, message.attempt == nil else { return message }
        let mark = message.author.kind == .customer ? staff : customer
        let state: MessageState =
            message.sequence <= mark.read ? .read : message.sequence <= max(mark.delivered, mark.read) ? .delivered : .sent
        return Message(
            id: message.id, sessionID: message.sessionID, sequence: message.sequence, kind: message.kind, author: message.author,
            text: message.text, state: state, attachments: message.attachments, metadata: message.metadata, sentAt: message.sentAt,
            editedAt: message.editedAt, deletedAt: message.deletedAt)
    }
}

extension ConversationEntry {
    /// The message as it stands now, in the shape of the event that brought it.
    init(_ message: Message) throws {
        let isNote = message.kind == .note
        let payload =
            isNote
            ? try JSON.encode(
                NoteAppended(
                    id: message.id, sessionID: message.sessionID, kind: message.kind, author: message.author, text: message.text,
                    attachments: message.attachments, metadata: message.metadata, sentAt: message.sentAt, editedAt: message.editedAt,
                    deletedAt: message.deletedAt))
            : try JSON.encode(
                MessageAppended(
                    id: message.id, sessionID: message.sessionID, kind: message.kind, author: message.author, text: message.text,
                    state: message.delivery?.state, attempt: message.attempt, attachments: message.attachments, metadata: message.metadata,
                    sentAt: message.sentAt, editedAt: message.editedAt,
                    deletedAt: message.deletedAt))
        self.init(
            subject: (isNote ? NoteAppended.subject : MessageAppended.subject).rawValue, sequence: message.sequence,
            payload: String(decoding: payload, as: UTF8.self))
    }
}

import Contracts
import Foundation

/// Values that tests need and that do not matter.
enum Examples {
    static let sessionID = ConversationID(UUID(uuidString: "00000000-0000-7000-8000-0000000000c1")!)
    static let messageID = MessageID(UUID(uuidString: "00000000-0000-7000-8000-0000000000d1")!)
    static let noon = Date(timeIntervalSince1970: 1_795_000_000)
    static let customer = Session.CustomerSummary(id: CustomerID(TestTokens.subject(.customer).uuid), name: nil, email: nil)

    static func session(_ id: ConversationID = sessionID, status: ConversationStatus = .waiting) -> Session {
        Session(
            id: id, status: status, channel: .website, priority: 5, customer: customer, agent: nil, subject: nil, roomID: nil,
            metadata: [:], lastSequence: 1, lastMessageSequence: 1, lastMessage: nil, unreadCount: 0, createdAt: noon, updatedAt: noon,
            lastActivityAt: noon, waitingSince: noon, snoozedUntil: nil, closedAt: nil)
    }

    static func message(_ request: AppendMessage, sequence: Int64 = 1) -> Message {
        Message(
            id: request.id, sessionID: request.sessionID, sequence: sequence, kind: request.kind, author: Author(request.principal),
            text: request.text, state: .sent, metadata: request.metadata, sentAt: noon)
    }

    static func appended(_ text: String, in session: ConversationID = sessionID) -> MessageAppended {
        MessageAppended(
            id: .new(), sessionID: session, kind: .message, author: Author(kind: .agent, id: nil, name: "Ana"), text: text, attachments: [],
            metadata: [:], sentAt: noon)
    }

    static func entry(_ text: String, sequence: Int64, in session: ConversationID = sessionID) throws -> ConversationEntry {
        ConversationEntry(
            subject: MessageAppended.subject.rawValue, sequence: sequence,
            payload: String(decoding: try JSON.encode(appended(text, in: session)), as: UTF8.self))
    }
}

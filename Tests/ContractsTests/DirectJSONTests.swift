import Contracts
import Foundation
import Testing

/// Encoded by Foundation, although the value could write itself.
private struct General<Value: Encodable>: Encodable {
    let value: Value
    func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
}

@Suite struct `What writes its own JSON` {
    static let texts = ["", "Where is my parcel?", "\"quoted\" \\ and / and \u{0}\u{1f}\u{7f}\n\t", "ção 🚚 \u{2028} \u{FEFF}", "é\u{301}"]

    private func expectTheSame<Value: Codable & Equatable & DirectlyWritten>(_ value: Value, as text: String) throws {
        let direct = try JSON.encode(value)
        let general = try JSON.encode(General(value: value))
        #expect(try JSON.decode(JSONValue.self, from: direct) == JSON.decode(JSONValue.self, from: general), "\(text)")
        #expect(try JSON.decode(Value.self, from: direct) == value, "\(text)")
    }

    @Test(arguments: texts) func `says what the general encoder says`(text: String) throws {
        #expect(!(General(value: text) is any DirectlyWritten), "otherwise both sides are the same and this proves nothing")
        let date = Date(timeIntervalSince1970: 1_800_000_000.125)
        let metadata: [String: JSONValue] = [
            text: .string(text), "list": [1, true, nil, .number(0.5), ["a": "b"]], "big": .integer(1 << 53), "none": [:],
        ]
        let principal = Principal(clientID: .new(), subject: .new(), role: .customer, name: text)
        for author in [Author(principal), Author(kind: .system, id: nil, name: text)] {
            let message = Message(
                id: .new(), sessionID: .new(), sequence: 7, kind: .message, author: author, text: text, state: .failed, attempt: 2,
                error: DeliveryError(code: text, detail: text), attachments: [["name": .string(text)]], metadata: metadata, sentAt: date,
                editedAt: date, deletedAt: nil)
            try expectTheSame(author, as: text)
            try expectTheSame(message, as: text)
            try expectTheSame(AppendedMessage(message: message, isRepeat: true), as: text)
            try expectTheSame(
                MessageAppended(
                    id: .new(), sessionID: .new(), kind: .message, author: author, text: text, attachments: [], metadata: metadata,
                    sentAt: date, editedAt: nil, deletedAt: date), as: text)
            try expectTheSame(
                Session.LastMessage(kind: .message, author: author, text: text, sentAt: date, sequence: 3, deletedAt: date), as: text)
        }
        try expectTheSame(principal, as: text)
        try expectTheSame(GetConversation(principal: principal, id: .new()), as: text)
        for expected in [nil, Int64(12)] {
            try expectTheSame(
                AppendMessage(
                    principal: principal, id: .new(), sessionID: .new(), kind: .message, text: text, metadata: metadata,
                    expectedSequence: expected), as: text)
        }
        try expectTheSame(JSONValue.object(metadata), as: text)
        try expectTheSame(EventContext(channel: .website), as: text)
        try expectTheSame(EventContext(channel: .email, accountID: .new(), sector: text, teamID: .new(), agentID: .new()), as: text)
        for isFull in [true, false] { try expectTheSame(session(text, metadata: metadata, isFull: isFull), as: text) }
    }

    private func session(_ text: String, metadata: [String: JSONValue], isFull: Bool) -> Session {
        let date = Date(timeIntervalSince1970: 1_800_000_000.125)
        return Session(
            id: .new(), status: .waiting, channel: .website, accountID: isFull ? .new() : nil, priority: 5,
            customer: .init(id: .new(), name: text, email: isFull ? text : nil), agent: isFull ? AgentSummary(id: .new(), name: text) : nil,
            queue: isFull ? .init(position: 1, estimatedWaitSeconds: 60) : .init(position: 3, estimatedWaitSeconds: nil),
            sla: isFull ? .init(state: .warning, firstResponseDueAt: date, resolutionDueAt: date) : nil, subject: isFull ? text : nil,
            roomID: isFull ? .new() : nil, metadata: metadata, lastSequence: 9, lastMessageSequence: 8,
            lastMessage: isFull
                ? .init(
                    kind: .message, author: Author(kind: .agent, id: .new(), name: text), text: text, sentAt: date, sequence: 8,
                    deletedAt: date) : nil,
            unreadCount: 2, createdAt: date, updatedAt: date, lastActivityAt: date, waitingSince: isFull ? date : nil,
            snoozedUntil: isFull ? date : nil, closedAt: isFull ? date : nil)
    }

    /// A member that is added to a type and forgotten where it writes itself fails here, or does not compile here.
    @Test func `forgets no member`() throws {
        let date = Date(timeIntervalSince1970: 1_800_000_000.125)
        let principal = Principal(clientID: .new(), subject: .new(), role: .agent, name: "Ana")
        let author = Author(principal)
        let metadata: [String: JSONValue] = ["a": 1]
        let message = Message(
            id: .new(), sessionID: .new(), sequence: 7, kind: .message, author: author, text: "text", state: .failed, attempt: 1,
            error: DeliveryError(code: "30003", detail: "text"), attachments: [["name": "a"]], metadata: metadata, sentAt: date,
            editedAt: date, deletedAt: date)
        try expectWhole(principal)
        try expectWhole(author)
        try expectWhole(message)
        try expectWhole(DeliveryError(code: "30003", detail: "text"))
        try expectWhole(AppendedMessage(message: message, isRepeat: true))
        try expectWhole(
            MessageAppended(
                id: .new(), sessionID: .new(), kind: .message, author: author, text: "text", state: .queued, attempt: 1,
                attachments: [["name": "a"]],
                metadata: metadata, sentAt: date, editedAt: date, deletedAt: date))
        try expectWhole(
            AppendMessage(
                principal: principal, author: author, id: .new(), sessionID: .new(), kind: .note, text: "text", metadata: metadata,
                expectedSequence: 3))
        try expectWhole(GetConversation(principal: principal, id: .new()))
        try expectWhole(Session.LastMessage(kind: .message, author: author, text: "text", sentAt: date, sequence: 3, deletedAt: date))
        try expectWhole(session("text", metadata: metadata, isFull: true))
    }

    private func expectWhole<Value: Codable & Equatable & DirectlyWritten>(_ value: Value) throws {
        let type = String(describing: Value.self)
        expectAllSet(value, type)
        guard case .object(let members) = try JSON.decode(JSONValue.self, from: JSON.encode(value)) else { throw BadDocument() }
        #expect(members.count == Mirror(reflecting: value).children.count, "\(type)")
        #expect(!members.values.contains(.null), "\(type)")
        try expectTheSame(value, as: type)
    }

    /// Every member that may be absent is there, however deep; otherwise the comparison would not see that it is forgotten.
    private func expectAllSet(_ value: Any, _ path: String) {
        for child in Mirror(reflecting: value).children {
            let place = "\(path).\(child.label ?? "")"
            let mirror = Mirror(reflecting: child.value)
            if mirror.displayStyle == .optional { #expect(!mirror.children.isEmpty, "\(place) is not set") }
            if mirror.displayStyle == .optional || mirror.displayStyle == .struct, !(child.value is Date) {
                expectAllSet(child.value, place)
            }
        }
    }
}

private struct BadDocument: Error {}

@Suite struct `An id's text` {
    @Test func `is what Foundation writes, in lower case, and reads in either`() throws {
        for _ in 0..<1000 {
            let uuid = UUID()
            #expect(uuid.lowercased == uuid.uuidString.lowercased())
            #expect(EntityID(uuid.uuidString)?.uuid == uuid)
            #expect(EntityID(uuid.lowercased)?.uuid == uuid)
        }
    }

    @Test(arguments: [
        "", "0", "00000000-0000-0000-0000-00000000000", "00000000-0000-0000-0000-0000000000000", "00000000-0000-0000-0000-00000000000g",
        "00000000000000000000000000000000", "{00000000-0000-0000-0000-000000000000}", "0000000-00000-0000-0000-000000000000",
        " 0000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-00000000000é", "０0000000-0000-0000-0000-0000000000",
    ])
    func `is refused in any other form`(text: String) {
        // Foundation takes one of these, with a blank in front; ids of clients have one form only.
        #expect(EntityID(text) == nil)
    }
}

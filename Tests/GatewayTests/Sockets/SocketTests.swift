import Bus
import Contracts
import Foundation
import Testing
import TestSupport

@Suite struct `A visitor's socket` {
    @Test func `brings history first, then ready, then what happens, each sequence once`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.chat.answer(GetConversation.self) { _ in Examples.session() }
            gateway.chat.answer(ReadEntries.self) { question in
                ConversationEntries(
                    entries: try [(1, "one"), (2, "two")].filter { $0.0 > question.after }.map {
                        try Examples.entry($0.1, sequence: Int64($0.0))
                    },
                    through: 2, isComplete: true, receipts: [])
            }
            let socket = try await gateway.visitorSocket(after: 1)
            let replayed = try await socket.frames(until: "ready")
            #expect(replayed.map { $0["sequence"]?.integer } == [2])
            let key = Examples.sessionID.uuid
            try gateway.chat.say(Examples.appended("two"), tenant: TestTokens.tenant, key: key, sequence: 2)
            try gateway.chat.say(Examples.appended("three"), tenant: TestTokens.tenant, key: key, sequence: 3)
            let live = try await socket.next("message")
            #expect(live["sequence"]?.integer == 3)
            #expect(live["through"]?.integer == 3)
            #expect(live["data"]?["text"]?.string == "three")
            try await socket.close()
        }
    }

    @Test func `loses nothing that happens while history is being read`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.chat.answer(GetConversation.self) { _ in Examples.session() }
            let chat = gateway.chat
            gateway.chat.answer(ReadEntries.self) { question in
                // Committed after the history was read, published before the answer arrives.
                try chat.say(Examples.appended("late"), tenant: TestTokens.tenant, key: Examples.sessionID.uuid, sequence: 2)
                return ConversationEntries(
                    entries: [try Examples.entry("early", sequence: 1)], through: 1, isComplete: true, receipts: [])
            }
            let socket = try await gateway.visitorSocket(after: 0)
            #expect(try await socket.frames(until: "ready").map { $0["data"]?["text"]?.string } == ["early"])
            #expect(try await socket.next("message")["data"]?["text"]?.string == "late")
        }
    }

    @Test func `acknowledges a message when chat has stored it, and names a refusal's code`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.answerSockets()
            gateway.chat.answer(AppendMessage.self) { request in
                if request.text == "" { throw ChatError.textEmpty(field: "text") }
                return AppendedMessage(message: Examples.message(request, sequence: 7), isRepeat: false)
            }
            let socket = try await gateway.visitorSocket(after: 0)
            _ = try await socket.next("ready")
            let id = MessageID.new().description
            try await socket.send([
                "type": "send", "id": .string(id), "session_id": .string(Examples.sessionID.description), "text": "hello",
            ])
            let acknowledged = try await socket.next("ack")
            #expect(acknowledged["data"]?["id"]?.string == id)
            #expect(acknowledged["data"]?["sequence"]?.integer == 7)
            try await socket.send(["type": "send", "id": .string(id), "session_id": .string(Examples.sessionID.description), "text": ""])
            let refused = try await socket.next("error")
            #expect(refused["data"]?["id"]?.string == id)
            #expect(refused["data"]?["problem"]?["type"]?.string == "/problems/text-empty")
            let asked = try #require(try gateway.chat.asked(AppendMessage.self).first)
            #expect(asked.principal.customerID == Examples.customer.id)
        }
    }
}

extension TestGateway {
    /// Chat knows one conversation, which is empty.
    func answerSockets() {
        chat.answer(GetConversation.self) { _ in Examples.session() }
        chat.answer(ReadEntries.self) { question in
            ConversationEntries(entries: [], through: question.after, isComplete: true, receipts: [])
        }
        router.answer(RenewAgentConnections.self) { _ in Done() }
        chat.answer(ReportPresentVisitors.self) { _ in Done() }
    }

    func visitorSocket(after: Int64) async throws -> WebSocketClient {
        try await WebSocketClient.connect(
            port: port, path: "/api/v1/chat/ws/\(Examples.sessionID)?after=\(after)", token: try await tokens.token(.customer))
    }

    func realtimeSocket(_ role: Role = .agent) async throws -> WebSocketClient {
        try await WebSocketClient.connect(port: port, path: "/api/v1/realtime", token: try await tokens.token(role))
    }
}

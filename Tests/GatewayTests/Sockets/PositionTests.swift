import Bus
import Contracts
import Foundation
import TestSupport
import Testing

@Suite struct `A client whose position is not the server's` {
    /// Chat knows a conversation that ends here, whatever the client has seen.
    private static let end: Int64 = 3

    private func answer(_ gateway: TestGateway) {
        gateway.answerSockets()
        gateway.chat.answer(ReadEntries.self) { _ in
            ConversationEntries(entries: [], through: Self.end, isComplete: true, receipts: [])
        }
    }

    private func subscribe(_ socket: WebSocketClient, after: Int64) async throws {
        try await socket.send(["type": "subscribe", "session_id": .string(Examples.sessionID.description), "after": .integer(after)])
    }

    @Test func `is told to begin anew, and then hears everything`() async throws {
        try await withGateway { (gateway) async throws in
            answer(gateway)
            let socket = try await gateway.visitorSocket(after: 40)
            let first = try await socket.next()
            #expect(first["type"]?.string == "resync" && first["data"]?["session_id"]?.string == Examples.sessionID.description)
            try await subscribe(socket, after: 3)
            #expect(try await socket.next()["type"]?.string == "ready")
            try gateway.chat.say(Examples.appended("heard"), tenant: TestTokens.tenant, key: Examples.sessionID.uuid, sequence: 5)
            #expect(try await socket.next()["data"]?["text"]?.string == "heard")
        }
    }

    @Test func `is told so on the company's socket, of that conversation alone`() async throws {
        try await withGateway { (gateway) async throws in
            answer(gateway)
            let socket = try await gateway.realtimeSocket()
            _ = try await socket.next("ready")
            try await subscribe(socket, after: 4)
            #expect(try await socket.next()["type"]?.string == "resync")
            try gateway.chat.say(Examples.appended("heard"), tenant: TestTokens.tenant, key: Examples.sessionID.uuid, sequence: 4)
            #expect(try await socket.next()["data"]?["text"]?.string == "heard", "the company's frames go on")
        }
    }

    @Test func `is found out while the socket is open, too`() async throws {
        try await withGateway { (gateway) async throws in
            answer(gateway)
            let socket = try await gateway.visitorSocket(after: 3)
            #expect(try await socket.next()["type"]?.string == "ready")
            try await subscribe(socket, after: 3)
            #expect(try await socket.next()["type"]?.string == "ready", "level: nothing is read")
            #expect(try gateway.chat.asked(ReadEntries.self).count == 1)
            try await subscribe(socket, after: 9)
            #expect(try await socket.next()["type"]?.string == "resync")
        }
    }

    @Test func `is not one that has read further than its socket was told`() async throws {
        try await withGateway { (gateway) async throws in
            answer(gateway)
            gateway.chat.answer(ReadEntries.self) { question in
                // Since then a note came, which is not for visitors: only reading says how far it goes.
                ConversationEntries(entries: [], through: question.after == 3 ? 3 : 5, isComplete: true, receipts: [])
            }
            let socket = try await gateway.visitorSocket(after: 3)
            #expect(try await socket.next()["type"]?.string == "ready")
            try await subscribe(socket, after: 5)
            let answer = try await socket.next()
            #expect(answer["type"]?.string == "ready" && answer["through"]?.integer == 5)
        }
    }
}

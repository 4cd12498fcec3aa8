import Contracts
import Foundation
import GatewayService
import NIOCore
import TestSupport
import Testing

@Suite struct `A socket` {
    @Test func `is refused as HTTP: without token, for another's conversation, by role, without upgrade`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.chat.answer(GetConversation.self) { question in
                guard question.id == Examples.sessionID else { throw ChatError.conversationNotFound(id: question.id) }
                return Examples.session()
            }
            func status(_ path: String, _ role: Role?) async throws -> Int {
                do {
                    let token = if let role { try await gateway.tokens.token(role) as String? } else { nil as String? }
                    let socket = try await WebSocketClient.connect(port: gateway.port, path: path, token: token)
                    await socket.drop()
                    return 101
                } catch let refused as WebSocketClient.Refused {
                    return refused.status
                }
            }
            let own = "/api/v1/chat/ws/\(Examples.sessionID)"
            #expect(try await status(own, nil) == 401)
            #expect(try await status("/api/v1/chat/ws/\(ConversationID.new())", .customer) == 404)
            #expect(try await status("/api/v1/chat/ws/5", .customer) == 404)
            #expect(try await status("\(own)?after=x", .customer) == 400)
            #expect(try await status("/api/v1/realtime", .customer) == 403)
            #expect(try await status("/api/v1/chat/rooms", .customer) != 101)
            #expect(try await gateway.request("GET", own, as: .customer).status == 426)
            let other = try await gateway.request(
                "POST", "/api/v1/chat/messages", as: .customer, bytes: Array("{".utf8),
                headers: ["Upgrade": "h2c", "Connection": "Upgrade"])
            #expect(other.fields == ["body"], "an upgrade that nobody knows is no reason not to answer")
        }
    }

    @Test func `whose reader is too far behind is closed with 4008`() async throws {
        try await withGateway({
            $0.sockets.bytesBehindMax = 512 * 1024; $0.sockets.closePatience = .seconds(60)
        }) { (gateway) async throws in
            gateway.answerSockets()
            let socket = try await WebSocketClient.connect(
                port: gateway.port, path: "/api/v1/chat/ws/\(Examples.sessionID)", token: try await gateway.tokens.token(.customer),
                receiveBuffer: 4096)
            _ = try await socket.next("ready")
            try await socket.stopReading()
            let text = String(repeating: "x", count: 200_000)
            // More than the kernel holds for both ends.
            for sequence in 1...100 {
                try gateway.chat.say(
                    Examples.appended(text), tenant: TestTokens.tenant, key: Examples.sessionID.uuid, sequence: Int64(sequence))
            }
            try await gateway.until { $0.contains("gateway_sockets_closed_behind_total 1\n") }
            try await socket.goOnReading()
            #expect(try await socket.closeCode() == 4008)
        }
    }

    @Test func `replays more history than a reader may be behind, page by page`() async throws {
        try await withGateway({
            $0.sockets.framesBehindMax = 30; $0.sockets.historyPage = 20
        }) { (gateway) async throws in
            gateway.answerSockets()
            gateway.chat.answer(ReadEntries.self) { question in
                let last = min(question.after + Int64(question.limit), 500)
                return ConversationEntries(
                    entries: try (question.after + 1...max(last, question.after + 1)).filter { $0 <= 500 }.map {
                        try Examples.entry("\($0)", sequence: $0)
                    },
                    through: last, isComplete: last == 500, receipts: [])
            }
            let socket = try await gateway.visitorSocket(after: 0)
            let replayed = try await socket.frames(until: "ready")
            #expect(replayed.map { $0["sequence"]?.integer } == (1...500).map { Int64($0) })
        }
    }

    @Test func `is closed with 4001 when its token ends`() async throws {
        let noon = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
        try await withGateway(now: { noon }) { (gateway) async throws in
            gateway.answerSockets()
            var claims = TestTokens.claims(.agent, at: noon)
            claims.exp = Int(noon.timeIntervalSince1970) - 4  // within the leeway of five seconds
            let socket = try await WebSocketClient.connect(
                port: gateway.port, path: "/api/v1/realtime", token: try await gateway.tokens.sign(claims))
            #expect(try await socket.closeCode() == 4001)
        }
    }

    @Test func `that breaks the protocol is closed with the right code`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.answerSockets()
            func code(_ misbehave: (WebSocketClient) async throws -> Void) async throws -> UInt16? {
                let socket = try await gateway.visitorSocket(after: 0)
                _ = try await socket.next("ready")
                try await misbehave(socket)
                return try await socket.closeCode()
            }
            #expect(try await code { try await $0.send(opcode: 1, Array("{}".utf8), isMasked: false) } == 1002)
            #expect(try await code { try await $0.send(opcode: 2, [1, 2, 3]) } == 1003)
            #expect(try await code { try await $0.send(opcode: 1, [UInt8](repeating: 32, count: 256 * 1024 + 1)) } == 1009)
            #expect(try await code { try await $0.send(opcode: 0, [1]) } == 1002)
            #expect(try await code { try await $0.send(opcode: 5, [1]) } == 1002)
            #expect(try await code { try await $0.send(opcode: 8, [0x03, 0xe8]) } == 1000)
        }
    }

    @Test func `answers what it cannot read with an error frame and goes on`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.answerSockets()
            gateway.chat.answer(AppendMessage.self) { AppendedMessage(message: Examples.message($0, sequence: 1), isRepeat: false) }
            let socket = try await gateway.visitorSocket(after: 0)
            _ = try await socket.next("ready")
            for (text, field) in [
                ("{", "body"), ("{\"type\":\"send\"}", "session_id"),
                ("{\"type\":\"dance\",\"session_id\":\"\(Examples.sessionID)\"}", "type"),
                ("{\"type\":\"send\",\"session_id\":\"\(Examples.sessionID)\",\"text\":\"a\"}", "id"),
                ("{\"type\":\"read\",\"session_id\":\"\(Examples.sessionID)\"}", "through"),
            ] {
                try await socket.send(opcode: 1, Array(text.utf8))
                let error = try await socket.next("error")
                guard case .array(let errors)? = error["data"]?["problem"]?["errors"] else {
                    Issue.record("no field for \(text)")
                    continue
                }
                #expect(errors.first?["field"]?.string == field)
            }
            let message = "{\"type\":\"send\",\"id\":\"\(Examples.messageID)\",\"session_id\":\"\(Examples.sessionID)\",\"text\":\"hello\"}"
            let half = message.utf8.count / 2
            try await socket.send(opcode: 1, Array(message.utf8.prefix(half)), isFinal: false)
            try await socket.send(opcode: 9, [])
            try await socket.send(opcode: 0, Array(message.utf8.dropFirst(half)))
            #expect(try await socket.next("ack")["data"]?["sequence"]?.integer == 1)
        }
    }

    @Test func `of a visitor may send so much and no more`() async throws {
        try await withGateway({ $0.visitorPolicy = BucketPolicy("visitor", rate: 0.01, burst: 2) }) { (gateway) async throws in
            gateway.answerSockets()
            gateway.chat.answer(AppendMessage.self) { AppendedMessage(message: Examples.message($0, sequence: 1), isRepeat: false) }
            let socket = try await gateway.visitorSocket(after: 0)
            _ = try await socket.next("ready")
            for _ in 0..<3 {
                try await socket.send([
                    "type": "send", "id": .string(MessageID.new().description), "session_id": .string(Examples.sessionID.description),
                    "text": "a",
                ])
            }
            var types: [String] = []
            for _ in 0..<3 { types.append(try await socket.next()["type"]?.string ?? "") }
            #expect(types.sorted() == ["ack", "ack", "error"])
        }
    }

    @Test func `stores messages in the order in which they were sent`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.answerSockets()
            gateway.chat.answer(AppendMessage.self) { request in
                // The first takes longest: sent side by side, it would be last.
                for _ in 0..<(request.text == "0" ? 50 : 0) { await Task.yield() }
                return AppendedMessage(message: Examples.message(request, sequence: 1), isRepeat: false)
            }
            let socket = try await gateway.visitorSocket(after: 0)
            _ = try await socket.next("ready")
            for number in 0..<10 {
                try await socket.send([
                    "type": "send", "id": .string(MessageID.new().description), "session_id": .string(Examples.sessionID.description),
                    "text": .string("\(number)"),
                ])
            }
            for _ in 0..<10 { _ = try await socket.next("ack") }
            // A slow machine may have the bus ask again for one that is still on its way; the same id is the same message.
            var stored: [AppendMessage] = []
            for message in try gateway.chat.asked(AppendMessage.self) where !stored.contains(where: { $0.id == message.id }) {
                stored.append(message)
            }
            #expect(stored.map(\.text) == (0..<10).map { "\($0)" })
        }
    }

    @Test func `reports receipts together, the highest of each`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.answerSockets()
            gateway.chat.answer(AdvanceReceipts.self) { _ in Done() }
            let socket = try await gateway.visitorSocket(after: 0)
            _ = try await socket.next("ready")
            for through in 1...50 {
                for type in ["delivered", "read"] {
                    try await socket.send([
                        "type": .string(type), "session_id": .string(Examples.sessionID.description), "through": .integer(Int64(through)),
                    ])
                }
            }
            // However many seconds this machine took, a hundred frames are not a hundred reports.
            var reports: [AdvanceReceipts] = []
            while !(reports.contains { $0.deliveredThrough == 50 } && reports.contains { $0.readThrough == 50 }) {
                await Task.yield()
                reports = try gateway.chat.asked(AdvanceReceipts.self)
            }
            #expect(reports.count < 50)
        }
    }

    @Test func `of an agent is told to router when it opens and when it closes`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.answerSockets()
            let socket = try await gateway.realtimeSocket()
            _ = try await socket.next("ready")
            await gateway.router.wait(for: RenewAgentConnections.self, count: 1)
            #expect(
                try gateway.router.asked(RenewAgentConnections.self).last?.agents.map(\.agentID.uuid) == [TestTokens.subject(.agent).uuid])
            try await socket.close()
            await gateway.router.wait(for: RenewAgentConnections.self, count: 2)
            #expect(try gateway.router.asked(RenewAgentConnections.self).last?.agents.isEmpty == true)
        }
    }

    @Test func `for the inbox follows a conversation from where the page is, once`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.answerSockets()
            gateway.chat.answer(ReadEntries.self) { question in
                ConversationEntries(
                    entries: try (1...5).filter { $0 > question.after }.map { try Examples.entry("\($0)", sequence: $0) }, through: 5,
                    isComplete: true, receipts: [])
            }
            let socket = try await gateway.realtimeSocket()
            _ = try await socket.next("ready")
            let subscribe: JSONValue = ["type": "subscribe", "session_id": .string(Examples.sessionID.description), "after": 3]
            try await socket.send(subscribe)
            let replayed = try await socket.frames(until: "ready")
            #expect(replayed.map { $0["sequence"]?.integer } == [4, 5])
            try gateway.chat.say(Examples.appended("6"), tenant: TestTokens.tenant, key: Examples.sessionID.uuid, sequence: 6)
            #expect(try await socket.next()["sequence"]?.integer == 6)
            // The page asks whether the line is alive.
            try await socket.send(["type": "subscribe", "session_id": .string(Examples.sessionID.description), "after": 6])
            let ready = try await socket.next()
            #expect(ready["type"]?.string == "ready")
            #expect(ready["data"]?["through"]?.integer == 6)
        }
    }
}

extension TestGateway {
    /// Waits until the metrics say so.
    func until(_ condition: (String) -> Bool) async throws {
        while !condition(metrics.exposition()) {
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}

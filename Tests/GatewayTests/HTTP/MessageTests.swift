import Contracts
import Foundation
import Testing

@Suite struct `Sending a message` {
    @Test func `answers 201 with the stored message, and 200 when chat knows it already`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.chat.answer(AppendMessage.self) { request in
                AppendedMessage(message: Examples.message(request, sequence: 4), isRepeat: request.text == "again")
            }
            let body: JSONValue = [
                "id": .string(Examples.messageID.description), "session_id": .string(Examples.sessionID.description), "text": "hello",
            ]
            let first = try await gateway.request("POST", "/api/v1/chat/messages", as: .customer, body: body)
            #expect(first.status == 201)
            #expect(first.json["sequence"]?.integer == 4)
            #expect(first.json["text"]?.string == "hello")
            let second = try await gateway.request(
                "POST", "/api/v1/chat/messages", as: .agent,
                body: ["session_id": .string(Examples.sessionID.description), "text": "again"])
            #expect(second.status == 200)
        }
    }

    @Test(arguments: [
        ("{\"session_id\":\"00000000-0000-7000-8000-0000000000c1\"}", "text"),
        ("{\"session_id\":\"00000000-0000-7000-8000-0000000000c1\",\"text\":5}", "text"),
        ("{\"session_id\":\"c1\",\"text\":\"hello\"}", "session_id"),
        ("{\"session_id\":\"00000000-0000-7000-8000-0000000000c1\",\"text\":null}", "text"),
        ("{\"session_id\":\"00000000-0000-7000-8000-0000000000c1\",\"text\":\"a\",\"expected_sequence\":\"3\"}", "expected_sequence"),
        ("{\"text\":", "body"), ("", "body"), ("[]", "body"),
    ])
    func `names the field that cannot be read`(body: String, field: String) async throws {
        try await withGateway { (gateway) async throws in
            let answer = try await gateway.request("POST", "/api/v1/chat/messages", as: .agent, bytes: Array(body.utf8))
            #expect(answer.status == 400)
            #expect(answer.fields == [field])
            #expect(answer.headers["content-type"] == "application/problem+json")
        }
    }

    @Test func `names the field that is not UTF-8`() async throws {
        try await withGateway { (gateway) async throws in
            let bytes =
                Array("{\"session_id\":\"00000000-0000-7000-8000-0000000000c1\",\"text\":\"a".utf8) + [0xff, 0xfe] + Array("\"}".utf8)
            let answer = try await gateway.request("POST", "/api/v1/chat/messages", as: .agent, bytes: bytes)
            #expect(answer.status == 400)
            #expect(answer.fields == ["text"])
        }
    }

    @Test func `refuses a body that is too large`() async throws {
        try await withGateway { (gateway) async throws in
            let answer = try await gateway.request(
                "POST", "/api/v1/chat/messages", as: .agent, bytes: [UInt8](repeating: 32, count: 256 * 1024 + 1))
            #expect(answer.status == 413)
            #expect(answer.fields == ["body"])
        }
    }

    @Test func `passes the same bus key for the same Idempotency-Key, and another for another subject`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.chat.answer(AppendMessage.self) { AppendedMessage(message: Examples.message($0), isRepeat: false) }
            let body: JSONValue = ["session_id": .string(Examples.sessionID.description), "text": "hello"]
            for role in [Role.agent, .agent, .supervisor] {
                let answer = try await gateway.request(
                    "POST", "/api/v1/chat/messages", as: role, body: body, headers: ["Idempotency-Key": "k"])
                #expect(answer.status == 201)
            }
            let asked = gateway.chat.envelopes(AppendMessage.subject)
            try #require(asked.count == 3)
            #expect(asked[0].key == asked[1].key)
            #expect(asked[0].payload.count == asked[1].payload.count)
            #expect(try gateway.chat.asked(AppendMessage.self)[0].id == gateway.chat.asked(AppendMessage.self)[1].id)
            #expect(asked[0].key != asked[2].key)
            #expect(asked[0].keyedContent == asked[1].keyedContent && asked[0].keyedContent != nil)
        }
    }

    @Test func `answers 422 when the Idempotency-Key was used for another message`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.chat.answer(AppendMessage.self) {
                if $0.text == "b" { throw ChatError.unknown(code: "idempotency-key-reused") }
                throw ChatError.messageIDReused(id: $0.id)
            }
            let session = JSONValue.string(Examples.sessionID.description)
            let derived = try await gateway.request(
                "POST", "/api/v1/chat/messages", as: .agent, body: ["session_id": session, "text": "b"], headers: ["Idempotency-Key": "k"])
            #expect(derived.status == 422)
            #expect(derived.code == "idempotency-key-reused")
            let chosen = try await gateway.request(
                "POST", "/api/v1/chat/messages", as: .agent,
                body: ["id": .string(Examples.messageID.description), "session_id": session, "text": "a"])
            #expect(chosen.status == 409)
            #expect(chosen.code == "message-id-reused")
        }
    }
}

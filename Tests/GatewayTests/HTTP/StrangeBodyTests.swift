import Contracts
import Foundation
import GatewayService
import Testing

@Suite struct `A body` {
    private static let id = "0190a3b1-0000-7000-8000-000000000001"

    @Test(arguments: [
        (Role.administrator, "PATCH", "/api/users/\(id)", #"{"password": "correct horse battery staple"}"#, "password"),
        (.customer, "POST", "/api/v1/chat/messages", #"{"session_id": "\#(id)", "text": "a", "txet": "b"}"#, "txet"),
        (.customer, "POST", "/api/v1/chat/sessions", #"{"message": {"text": "a", "kind": "note"}}"#, "message.kind"),
        (.agent, "POST", "/api/v1/chat/sessions/\(id)/close", #"{"reason": "done"}"#, "reason"),
        (.administrator, "PUT", "/api/settings/business-rules", #"{"expected_version": 0, "timezone": "UTC"}"#, "timezone"),
        (
            .administrator, "PUT", "/api/settings/business-rules",
            #"{"expected_version": 0, "hours": {"monday": [{"opens": "09:00", "closes": "17:00", "open": true}]}}"#, "hours.monday[0].open"
        ),
    ])
    func `with a member that nobody reads is refused by its name`(
        role: Role, method: String, path: String, body: String, field: String
    ) async throws {
        try await withGateway { (gateway) async throws in
            let refused = try await gateway.request(method, path, as: role, bytes: Array(body.utf8))
            #expect(refused.status == 400)
            #expect(refused.code == "field-unknown")
            #expect(refused.fields == [field])
        }
    }

    @Test(arguments: [
        (#"{"session_id": "\#(id)", "text": "a\u0000b"}"#, "field-invalid", "text"),
        (#"{"session_id": "\#(id)", "text": "a", "metadata": {"k": ["\u0000"]}}"#, "field-invalid", "metadata.k[0]"),
        (#"{"session_id": "\#(id)", "text": "cut \ud83d"}"#, "field-invalid", "text"),
        (#"{"session_id": "\#(id)", "text": 7}"#, "field-invalid", "text"),
        (#"{"session_id": "\#(id)", "text": "a", "expected_sequence": 1.5}"#, "field-invalid", "expected_sequence"),
        (#"{"session_id": "\#(id)", "text": "a", "metadata": {"deep": \#(String(repeating: "[", count: 40))"#, "body-too-complex", nil),
        (
            #"{"session_id": "\#(id)", "text": "a", "metadata": {"m": [\#(String(repeating: "1,", count: 10_000))1]}}"#, "body-too-complex",
            "body"
        ),
        (#"{"session_id": "\#(id)", "text": "a","#, "malformed-json", "body"),
    ])
    func `that cannot be taken is refused by what is wrong and where`(body: String, code: String, field: String?) async throws {
        try await withGateway { (gateway) async throws in
            let refused = try await gateway.request("POST", "/api/v1/chat/messages", as: .customer, bytes: Array(body.utf8))
            #expect(refused.status == 400)
            #expect(refused.code == code)
            #expect(refused.fields.count == 1)
            if let field { #expect(refused.fields == [field]) }
        }
    }

    @Test func `may be no text where a page's title was cut, and the answer does not speak of numbers`() async throws {
        try await withGateway { (gateway) async throws in
            let refused = try await gateway.request(
                "POST", "/api/v1/chat/sessions", as: .customer, bytes: Array(#"{"page": {"title": "\ud83d"}, "metadata": {"n": 1.5}}"#.utf8)
            )
            #expect(refused.fields == ["page.title"])
            #expect(!String(decoding: refused.bytes, as: UTF8.self).contains("number"))
        }
    }

    @Test func `is as good with a written-out escape of NUL as without`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.chat.answer(AppendMessage.self) { question in
                #expect(question.metadata == ["path": #"C:\u0000"#])
                throw ChatError.conversationClosed(id: question.sessionID)
            }
            let answer = try await gateway.request(
                "POST", "/api/v1/chat/messages", as: .customer,
                bytes: Array(#"{"session_id": "\#(Self.id)", "text": "a", "metadata": {"path": "C:\\u0000"}}"#.utf8))
            #expect(answer.status == 409)
            #expect(try gateway.chat.asked(AppendMessage.self).count == 1)
        }
    }
}

@Suite struct `Every route that changes something` {
    @Test func `refuses a member that nobody reads, before any service is asked`() async throws {
        try await withGateway { (gateway) async throws in
            guard case .object(let paths)? = try await gateway.request("GET", "/openapi.json").json["paths"] else {
                Issue.record("no paths")
                return
            }
            let roles: [String: Role] = ["admin": .administrator, "agent": .agent, "customer": .customer]
            var (missing, unknown) = (0, 0)
            for (path, item) in paths {
                guard case .object(let operations) = item else { continue }
                for (method, operation) in operations where ["post", "put", "patch"].contains(method) {
                    guard case .array(let allowed)? = operation["x-roles"] else { continue }
                    let role = allowed.lazy.compactMap { $0.string.flatMap { roles[$0] } }.first
                    let address = path.replacing(/\{[a-zA-Z_]+\}/, with: "0190a3b1-0000-7000-8000-000000000001")
                    let refused = try await gateway.request(
                        method.uppercased(), address, as: role, bytes: Array(#"{"no_such_member": {"a": 1}}"#.utf8))
                    #expect(refused.status == 400, "\(method) \(path): \(refused.status)")
                    if refused.fields == ["no_such_member"] {
                        unknown += 1
                        #expect(refused.code == "field-unknown")
                    } else {
                        // What must be there is asked for first.
                        missing += 1
                        #expect(refused.code == "field-invalid" && operation["requestBody"] != nil, "\(method) \(path): \(refused.fields)")
                        #expect(String(decoding: refused.bytes, as: UTF8.self).contains("is missing"), "\(method) \(path)")
                    }
                }
            }
            #expect(missing > 10 && unknown > 10, "\(missing) and \(unknown)")
        }
    }
}

@Suite struct `A query` {
    @Test func `with NUL is refused by the parameter's name, before any service is asked`() async throws {
        try await withGateway { (gateway) async throws in
            for path in ["/api/users?search=a%00b", "/api/v1/chat/sessions?cursor=%00", "/api/v1/chat/sessions?anything=%00"] {
                let refused = try await gateway.request("GET", path, as: .administrator)
                #expect(refused.status == 400, "\(path)")
                #expect(refused.code == "parameter-invalid")
                #expect(refused.fields == [String(path.split(separator: "?")[1].prefix { $0 != "=" })])
            }
        }
    }
}

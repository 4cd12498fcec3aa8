import Bus
import Contracts
import Foundation
import TestSupport
import Testing

@Suite struct `A customer who is blocked` {
    private static func say(_ blocked: Bool, _ gateway: TestGateway, of tenant: TenantID = TestTokens.tenant) throws {
        try gateway.chat.say(
            CustomerChanged(customerID: Examples.customer.id, name: "Ana", blocked: blocked), tenant: tenant, key: Examples.customer.id.uuid
        )
    }

    @Test func `hears nothing more: the socket is closed, colleagues' stay open`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.answerSockets()
            let (visitor, agent) = (try await gateway.visitorSocket(after: 0), try await gateway.realtimeSocket())
            for socket in [visitor, agent] { _ = try await socket.next("ready") }
            // Neither another company's customer with the same id nor a change without a block.
            try Self.say(true, gateway, of: .new())
            try Self.say(false, gateway)
            #expect(try await agent.next("customer")["data"]?["blocked"] == .bool(false))
            try gateway.chat.say(Examples.appended("before"), tenant: TestTokens.tenant, key: Examples.sessionID.uuid, sequence: 1)
            #expect(try await visitor.next("message")["data"]?["text"]?.string == "before")

            try Self.say(true, gateway)
            #expect(try await visitor.closeCode() == 4001)
            #expect(try await agent.next("customer")["data"]?["blocked"] == .bool(true))
            try gateway.chat.say(Examples.appended("after"), tenant: TestTokens.tenant, key: Examples.sessionID.uuid, sequence: 2)
            var text: String?
            repeat { text = try await agent.next("message")["data"]?["text"]?.string } while text == "before"
            #expect(text == "after")
        }
    }

    @Test func `while a socket was being opened gets it closed by the history that chat refuses`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.answerSockets()
            gateway.chat.answer(ReadEntries.self) { _ in throw ChatError.customerBlocked }
            let socket = try await gateway.visitorSocket(after: 0)
            let refused = try await socket.next("error")
            #expect(refused["data"]?["problem"]?["type"]?.string == "/problems/customer-blocked")
            #expect(try await socket.closeCode() == 4001)
        }
    }

    @Test func `opens no socket`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.answerSockets()
            gateway.chat.answer(GetConversation.self) { _ in throw ChatError.customerBlocked }
            do {
                let socket = try await gateway.visitorSocket(after: 0)
                await socket.drop()
                Issue.record("a socket was opened")
            } catch let refused as WebSocketClient.Refused {
                #expect(refused.status == 403)
            }
        }
    }

    @Test func `is told so when the widget asks for a token, and does not become somebody new`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.accounts.answer(IssueVisitorToken.self) { request in
                VisitorToken(
                    token: request.token ?? "new", expiresIn: 60, customerID: Examples.customer.id, clientID: TestTokens.tenant,
                    site: Website(
                        id: .new(), siteKey: "pk_1", name: "Shop", allowedOrigins: [], theme: [:], greeting: "", identitySecretsSet: 1,
                        createdAt: Examples.noon))
            }
            gateway.router.answer(GetAvailability.self) { _ in Availability(onlineAgentCount: 0, waitingCount: 0) }
            gateway.chat.answer(FindOpenConversation.self) { _ in throw ChatError.customerBlocked }
            let refused = try await gateway.request("POST", "/api/v1/widget/visitors", body: ["site": "pk_1", "token": "kept"])
            #expect(refused.status == 403 && refused.code == "customer-blocked")
            #expect(refused.json["token"] == nil && refused.json["visitor"] == nil)
            gateway.chat.answer(FindOpenConversation.self) { _ in FoundConversation(sessionID: nil) }
            let again = try await gateway.request("POST", "/api/v1/widget/visitors", body: ["site": "pk_1", "token": "kept"])
            #expect(again.status == 201 && again.json["token"]?.string == "kept")
        }
    }
}

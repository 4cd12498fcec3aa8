import Contracts
import Testing

@Suite struct `Work at the edge` {
    @Test func `asks for capabilities by name, or by name and level`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.router.answer(SelectAgent.self) { _ in SelectedAgent(candidates: [], refusalCounts: [:]) }
            let levels: JSONValue = ["required_capabilities": ["french", ["name": "law", "level": 3]]]
            #expect(try await gateway.request("POST", "/api/v1/routing/preview", as: .supervisor, body: levels).status == 200)
            #expect(
                try gateway.router.asked(SelectAgent.self).map(\.requiredCapabilities) == [
                    [AgentCapability(name: "french", level: 1), AgentCapability(name: "law", level: 3)]
                ])
            for (capability, field) in [
                (5, "required_capabilities[0]"), (["level": 3], "required_capabilities[0].name"),
                (["name": "law", "level": "high"], "required_capabilities[0].level"),
            ] as [(JSONValue, String)] {
                let wrong = try await gateway.request(
                    "POST", "/api/v1/routing/preview", as: .supervisor, body: ["required_capabilities": [capability]])
                #expect((wrong.status, wrong.fields) == (400, [field]))
            }
        }
    }

    @Test func `of a visitor has no priority and no customer of the visitor's choosing`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.chat.answer(OpenConversation.self) { _ in throw ChatError.customerBlocked }
            for (member, value) in [("priority", 10), ("customer", ["name": "Somebody else"])] as [(String, JSONValue)] {
                let refused = try await gateway.request("POST", "/api/v1/chat/sessions", as: .customer, body: [member: value])
                #expect((refused.status, refused.fields) == (400, [member]))
            }
            #expect(try gateway.chat.asked(OpenConversation.self).isEmpty)
            _ = try await gateway.request("POST", "/api/v1/chat/sessions", as: .customer, body: [:])
            #expect(try gateway.chat.asked(OpenConversation.self).count == 1, "without them chat is asked")
        }
    }
}

import Contracts
import Foundation
import GatewayService
import Testing

@Suite struct `A new identity` {
    private static func answer(_ gateway: TestGateway) {
        gateway.accounts.answer(IssueVisitorToken.self) { question in
            let site = Website(
                id: .new(), siteKey: question.site, name: "Shop", allowedOrigins: [], theme: [:], greeting: "", identitySecretsSet: 0,
                createdAt: Examples.noon)
            return VisitorToken(
                token: question.token ?? "new", expiresIn: 60, customerID: .new(), clientID: TestTokens.tenant, site: site)
        }
        gateway.chat.answer(FindOpenConversation.self) { _ in FoundConversation(sessionID: nil) }
    }

    private static func token(_ gateway: TestGateway) async throws -> String {
        try await gateway.tokens.sign(TestTokens.claims(.customer, subject: .new()))
    }

    @Test func `is not made more often than its address may`() async throws {
        try await withGateway({ $0.newcomerPolicies.addressVisitors = BucketPolicy("address-visitors", rate: 0.001, burst: 2) }) {
            (gateway) async throws in
            Self.answer(gateway)
            var answers: [TestGateway.Answer] = []
            for site in ["site_one", "site_two", "site_three"] {
                answers.append(try await gateway.request("POST", "/api/v1/widget/visitors", body: ["site": .string(site)]))
            }
            #expect(answers.map(\.status) == [201, 201, 429])
            #expect(answers[0].headers["ratelimit"] == "\"address-visitors\";r=1")
            #expect(answers[2].headers["retry-after"] != nil)
            let known = try await gateway.request("POST", "/api/v1/widget/visitors", body: ["site": "site_one", "token": "kept"])
            #expect(known.status == 201, "who was here before is not new")
        }
    }

    @Test func `is not made more often than its website may, from however many addresses`() async throws {
        try await withGateway({
            $0.newcomerPolicies.siteVisitors = BucketPolicy("site-visitors", rate: 0.001, burst: 2)
            _ = $0.trustedProxies.insert("127.0.0.1")
        }) { (gateway) async throws in
            Self.answer(gateway)
            var statuses: [Int] = []
            for address in 1...3 {
                let answer = try await gateway.request(
                    "POST", "/api/v1/widget/visitors", body: ["site": "site_one"], headers: ["X-Forwarded-For": "192.0.2.\(address)"])
                statuses.append(answer.status)
            }
            #expect(statuses == [201, 201, 429])
        }
    }

    @Test func `does not open more conversations`() async throws {
        try await withGateway({
            $0.newcomerPolicies.addressConversations = BucketPolicy("address-conversations", rate: 0.001, burst: 2)
        }) { (gateway) async throws in
            var codes: [String?] = []
            for _ in 1...3 {
                let answer = try await gateway.request("POST", "/api/v1/chat/sessions", token: try await Self.token(gateway), body: [:])
                codes.append(answer.code)
            }
            #expect(codes[0] != "too-many-requests" && codes[1] != "too-many-requests" && codes[2] == "too-many-requests")
            let agent = try await gateway.request("POST", "/api/v1/chat/sessions", as: .agent, body: [:])
            #expect(agent.code != "too-many-requests", "the company's people are not meant")
        }
    }

    @Test func `does not ask more than its address may`() async throws {
        try await withGateway({ $0.addressPolicy = BucketPolicy("address", rate: 0.001, burst: 2) }) { (gateway) async throws in
            var statuses: [Int] = []
            for _ in 1...3 {
                let answer = try await gateway.request("GET", "/api/v1/chat/rooms", token: try await Self.token(gateway))
                statuses.append(answer.status)
            }
            #expect(statuses[0] != 429 && statuses[1] != 429 && statuses[2] == 429)
        }
    }

    @Test func `replaces one that was forgotten`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.accounts.answer(ForgetVisitor.self) { _ in Done() }
            let answer = try await gateway.request("DELETE", "/api/v1/widget/visitors/me", as: .customer)
            #expect(answer.status == 204)
            let asked = try gateway.accounts.asked(ForgetVisitor.self)
            #expect(asked.map(\.principal.subject) == [TestTokens.subject(.customer)])
            #expect(try await gateway.request("DELETE", "/api/v1/widget/visitors/me", as: .agent).status == 403)
        }
    }
}

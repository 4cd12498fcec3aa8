import Bus
import Contracts
import Foundation
import Testing

@Suite struct `An address that a website signed` {
    private func open(_ gateway: TestGateway, email: String?) async throws -> TestGateway.Answer {
        gateway.accounts.answer(IssueVisitorToken.self) { _ in
            VisitorToken(
                token: "token", expiresIn: 60, customerID: Examples.customer.id, clientID: TestTokens.tenant,
                site: Website(
                    id: .new(), siteKey: "pk_1", name: "Shop", allowedOrigins: [], theme: [:], greeting: "", identitySecretsSet: 1,
                    createdAt: Examples.noon), verifiedEmail: email)
        }
        gateway.chat.answer(FindOpenConversation.self) { _ in FoundConversation(sessionID: nil) }
        gateway.router.answer(GetAvailability.self) { _ in Availability(onlineAgentCount: 0, waitingCount: 0) }
        return try await gateway.request("POST", "/api/v1/widget/visitors", body: ["site": "pk_1", "identity": ["jwt": "x"]])
    }

    @Test func `is kept as verified, for that customer alone`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.chat.answer(UpdateCustomer.self) { _ in
                CustomerCard(
                    id: Examples.customer.id, blocked: false, attributes: [:], createdAt: Examples.noon, lastSeenAt: Examples.noon,
                    sessions: [])
            }
            #expect(try await open(gateway, email: "ana@example.com").status == 201)
            let kept = try #require(try gateway.chat.asked(UpdateCustomer.self).first)
            #expect(kept.id == Examples.customer.id && kept.email == "ana@example.com" && kept.provenance == .verified)
            #expect(kept.principal.role == .customer && kept.name == nil)
            #expect(try await open(gateway, email: nil).status == 201)
            #expect(try gateway.chat.asked(UpdateCustomer.self).count == 1, "nothing to keep, nothing asked")
        }
    }

    @Test func `that chat refuses does not keep the widget from opening`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.chat.answer(UpdateCustomer.self) { _ in throw ChatError.customerBlocked }
            let answer = try await open(gateway, email: "ana@example.com")
            #expect(answer.status == 201)
            #expect(try gateway.chat.asked(UpdateCustomer.self).count == 1)
        }
    }

    @Test func `is never what a visitor or a member of staff says of itself`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.chat.answer(UpdateCustomer.self) { request in
                CustomerCard(
                    id: request.id, blocked: false, attributes: [:], createdAt: Examples.noon, lastSeenAt: Examples.noon, sessions: [])
            }
            let body: JSONValue = ["email": "victim@example.com", "provenance": "verified", "email_provenance": "verified"]
            _ = try await gateway.request("PATCH", "/api/v1/widget/contact", as: .customer, body: body)
            _ = try await gateway.request("PATCH", "/api/admin/customers/\(Examples.customer.id)", as: .agent, body: body)
            #expect(try gateway.chat.asked(UpdateCustomer.self).allSatisfy { $0.provenance == nil })
            for (method, path, role) in [
                ("PATCH", "/api/v1/widget/contact", Role.customer), ("PATCH", "/api/admin/customers/\(Examples.customer.id)", .agent),
            ] {
                _ = try await gateway.request(method, path, as: role, body: ["email": "victim@example.com"])
            }
            let asked = try gateway.chat.asked(UpdateCustomer.self)
            #expect(asked.count >= 2 && asked.allSatisfy { $0.provenance == nil })
        }
    }
}

import Contracts
import Foundation
import GatewayService
import Testing

@Suite struct `People and keys at the edge` {
    private static let bruno = UserAccount(
        id: .new(), email: "bruno@acme.example", name: "Bruno", role: .agent, disabled: false, createdAt: Examples.noon)

    private static func link(_ purpose: OneTimeLink.Purpose) -> OneTimeLink {
        OneTimeLink(user: bruno, purpose: purpose, token: "once", expiresAt: Examples.noon)
    }

    @Test func `give links that carry their token behind the hash`() async throws {
        try await withGateway({ $0.publicURL = "https://chat.acme.example/" }) { (gateway) async throws in
            gateway.accounts.answer(ResendInvitation.self) { _ in Self.link(.invitation) }
            gateway.accounts.answer(ResetPassword.self) { _ in Self.link(.reset) }
            for (path, page) in [("invitation", "invitation"), ("reset", "reset")] {
                let answer = try await gateway.request("POST", "/api/users/\(Self.bruno.id)/\(path)", as: .administrator)
                #expect(answer.status == 201)
                #expect(answer.json["url"]?.string == "https://chat.acme.example/\(page)#once")
                #expect(answer.json["expires_at"]?.string == Timestamp.text(Examples.noon))
                #expect(answer.json["user"]?["email"]?.string == "bruno@acme.example")
            }
        }
    }

    @Test func `make the same link when the same key comes again`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.accounts.answer(ResetPassword.self) { _ in Self.link(.reset) }
            for key in ["one", "one", "two"] {
                _ = try await gateway.request(
                    "POST", "/api/users/\(Self.bruno.id)/reset", as: .administrator, headers: ["Idempotency-Key": key])
            }
            let orders = try gateway.accounts.asked(ResetPassword.self).map(\.order)
            #expect(orders[0] == orders[1] && orders[1] != orders[2])
        }
    }

    @Test func `say 200 instead of 201 when the address was invited before`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.accounts.answer(CreateUser.self) { _ in
                CreatedUser(user: Self.bruno, invitationToken: "once", invitationExpiresAt: Examples.noon)
            }
            let body: JSONValue = ["email": "bruno@acme.example", "name": "Bruno", "role": "agent"]
            #expect(try await gateway.request("POST", "/api/users", as: .administrator, body: body).status == 200)
            let own = try await gateway.request(
                "POST", "/api/users", as: .administrator,
                body: ["id": .string(Self.bruno.id.description), "email": "bruno@acme.example", "name": "Bruno", "role": "agent"])
            #expect(own.status == 201)
        }
    }

    @Test func `keep where somebody signed in`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.accounts.answer(SignIn.self) { _ in throw AccountsError.signInFailed }
            _ = try await gateway.request(
                "POST", "/api/auth/login", body: ["email": "ana@acme.example", "password": "x"], headers: ["User-Agent": "Firefox/1"])
            #expect(try gateway.accounts.asked(SignIn.self).map(\.userAgent) == ["Firefox/1"])
        }
    }

    @Test func `let a key do what its scopes say, on every route that takes keys`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.accounts.answer(VerifyAPIKey.self) { question in
                let scopes = KeyScope.allCases.filter { question.key == "sk_all" || question.key == "sk_\($0)" }
                return VerifiedKey(
                    principal: Principal(clientID: TestTokens.tenant, subject: TestTokens.subject(.service), role: .service, name: "key"),
                    scopes: question.key == "sk_old" ? nil : scopes)
            }
            var refused = 0
            for route in gateway.service.routes {
                guard case .roles(let roles) = route.access, roles.contains(.service) else { continue }
                let path = `The route table`.path(route)
                for key in KeyScope.allCases.map({ "sk_\($0)" }) + ["sk_all", "sk_old"] {
                    let answer = try await gateway.request(route.method.rawValue, path, token: key, body: route.hasBody ? [:] : nil)
                    let isRefused = answer.status == 403 && answer.code == "scope-missing"
                    #expect(isRefused == !["sk_all", "sk_old", "sk_\(route.scope)"].contains(key), "\(key) at \(route.method) \(path)")
                    if isRefused { refused += 1 }
                }
            }
            #expect(refused > 30, "without refusals this test proves nothing")
        }
    }

    @Test func `do not let a key outlive its end`() async throws {
        let now = Timestamp.rounded(Date())
        try await withGateway(now: { now }) { (gateway) async throws in
            gateway.accounts.answer(VerifyAPIKey.self) { _ in
                VerifiedKey(
                    principal: Principal(clientID: TestTokens.tenant, subject: TestTokens.subject(.service), role: .service, name: "key"),
                    expiresAt: now)
            }
            for _ in 1...2 { _ = try await gateway.request("GET", "/api/v1/agents", token: "sk_late") }
            #expect(gateway.accounts.envelopes(VerifyAPIKey.subject).count == 2, "its end is not remembered over")
        }
    }
}

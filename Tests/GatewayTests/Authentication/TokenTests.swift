import Bus
import Contracts
import Foundation
import GatewayService
import Testing

@Suite struct `A token` {
    private static let path = "/api/v1/chat/sessions/\(Examples.sessionID)"

    private static func answerGets(_ gateway: TestGateway) {
        gateway.chat.answer(GetConversation.self) { _ in Examples.session(status: .assigned) }
    }

    @Test func `of ours is taken, and is checked once for many requests`() async throws {
        try await withGateway { (gateway) async throws in
            Self.answerGets(gateway)
            let token = try await gateway.tokens.token(.agent)
            for _ in 0..<3 { #expect(try await gateway.request("GET", Self.path, token: token).status == 200) }
            #expect(gateway.accounts.envelopes(GetSigningKeys.subject).count == 1)
        }
    }

    @Test func `that is forged, unsigned, expired, for others or broken is refused with 401`() async throws {
        try await withGateway { (gateway) async throws in
            Self.answerGets(gateway)
            let now = Date()
            var expired = TestTokens.claims(.agent)
            expired.exp = Int(now.timeIntervalSince1970) - 60
            var early = TestTokens.claims(.agent)
            early.iat = Int(now.timeIntervalSince1970) + 3600
            var widget = TestTokens.claims(.agent)
            widget.aud = "widget"
            var staff = TestTokens.claims(.customer)
            staff.aud = "switchboard"
            var stranger = TestTokens.claims(.agent)
            stranger.role = "service"
            let good = try await gateway.tokens.token(.agent)
            let parts = good.split(separator: ".").map(String.init)
            func base64(_ text: String) -> String {
                Data(text.utf8).base64EncodedString().replacing("=", with: "").replacing("+", with: "-").replacing("/", with: "_")
            }
            let tokens = [
                try await gateway.tokens.sign(expired), try await gateway.tokens.sign(early), try await gateway.tokens.sign(widget),
                try await gateway.tokens.sign(staff), try await gateway.tokens.sign(stranger),
                try await TestTokens(kid: "k1").token(.agent),  // another installation with the same key id
                try await TestTokens(kid: "k2").token(.agent),
                base64(#"{"alg":"none","kid":"k1"}"#) + "." + parts[1] + ".",
                base64(#"{"alg":"none"}"#) + "." + parts[1] + ".",
                base64(#"{"alg":"HS256","kid":"k1"}"#) + "." + parts[1] + "." + parts[2],
                parts[0] + "." + parts[1] + ".", parts[0] + "." + parts[1], "a.b.c", "x", String(repeating: "a", count: 5000),
            ]
            for token in tokens {
                let answer = try await gateway.request("GET", Self.path, token: token)
                #expect(answer.status == 401)
                #expect(answer.code == "unauthorized")
                #expect(answer.headers["www-authenticate"] != nil)
            }
            #expect(try await gateway.request("GET", Self.path, token: good).status == 200)
            #expect(gateway.chat.envelopes(GetConversation.subject).count == 1)
        }
    }

    @Test func `is not believed past its end, though it was verified before`() async throws {
        let clock = TestClock()
        try await withGateway(now: { clock.now }) { (gateway) async throws in
            Self.answerGets(gateway)
            var claims = TestTokens.claims(.agent)
            claims.exp = Int(clock.now.timeIntervalSince1970) + 10
            let token = try await gateway.tokens.sign(claims)
            #expect(try await gateway.request("GET", Self.path, token: token).status == 200)
            clock.advance(by: 16)
            #expect(try await gateway.request("GET", Self.path, token: token).status == 401)
        }
    }

    @Test func `cannot be checked while accounts is away: 503, and no hang`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.accounts.answer(GetSigningKeys.self) { _ in throw BusError.unavailable(retryAfter: .seconds(1)) }
            let answer = try await gateway.request("GET", Self.path, as: .agent)
            #expect(answer.status == 503)
            #expect(answer.headers["retry-after"] != nil)
        }
    }

    @Test func `may be an API key, which is asked for once in a while`() async throws {
        try await withGateway { (gateway) async throws in
            Self.answerGets(gateway)
            gateway.accounts.answer(VerifyAPIKey.self) { question in
                guard question.key == "sk_good" else { throw AccountsError.keyInvalid }
                return VerifiedKey(
                    principal: Principal(clientID: TestTokens.tenant, subject: TestTokens.subject(.service), role: .service, name: "shop"))
            }
            for _ in 0..<2 { #expect(try await gateway.request("GET", Self.path, headers: ["X-API-Key": "sk_good"]).status == 200) }
            #expect(try await gateway.request("GET", Self.path, token: "sk_good").status == 200)
            #expect(gateway.accounts.envelopes(VerifyAPIKey.subject).count == 1)
            #expect(try await gateway.request("GET", Self.path, token: "sk_bad").status == 401)
        }
    }
}

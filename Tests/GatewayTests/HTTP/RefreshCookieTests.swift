import Contracts
import GatewayService
import Testing

@Suite struct `A refresh token` {
    private static let cookie = ["Cookie": "theme=dark; switchboard_refresh=from-cookie"]

    private static func answer(_ gateway: TestGateway) {
        gateway.accounts.answer(RefreshTokens.self) { question in
            TokenPair(accessToken: "access", tokenType: "Bearer", expiresIn: 600, refreshToken: "after-\(question.refreshToken)")
        }
        gateway.accounts.answer(SignOut.self) { _ in Done() }
    }

    @Test(arguments: ["", "?cookie=0", "?cookie=1"]) func `from a cookie goes into a cookie only, whatever is asked`(query: String)
        async throws
    {
        try await withGateway { (gateway) async throws in
            Self.answer(gateway)
            for body in [nil, [:]] as [JSONValue?] {
                let answer = try await gateway.request("POST", "/api/auth/refresh\(query)", body: body, headers: Self.cookie)
                #expect(answer.status == 200)
                #expect(answer.json["access_token"]?.string == "access")
                #expect(!String(decoding: answer.bytes, as: UTF8.self).contains("from-cookie"))
                #expect(answer.headers["set-cookie"]?.hasPrefix("switchboard_refresh=after-from-cookie; Path=/api/auth;") == true)
                #expect(answer.headers["set-cookie"]?.contains("HttpOnly; SameSite=Strict") == true)
            }
        }
    }

    @Test(arguments: ["", "?cookie=1"]) func `in the body is answered in the body, and leaves the cookie alone`(query: String) async throws
    {
        try await withGateway { (gateway) async throws in
            Self.answer(gateway)
            for headers in [[:], Self.cookie] {
                let answer = try await gateway.request(
                    "POST", "/api/auth/refresh\(query)", body: ["refresh_token": "from-body"], headers: headers)
                #expect(answer.json["refresh_token"]?.string == "after-from-body")
                #expect(answer.headers["set-cookie"] == nil)
            }
            #expect(try gateway.accounts.asked(RefreshTokens.self).allSatisfy { $0.refreshToken == "from-body" })
        }
    }

    @Test func `is signed out where it came from`() async throws {
        try await withGateway { (gateway) async throws in
            Self.answer(gateway)
            let body = try await gateway.request(
                "POST", "/api/auth/logout", body: ["refresh_token": "from-body"], headers: Self.cookie)
            #expect(body.status == 204 && body.headers["set-cookie"] == nil)
            let cookie = try await gateway.request("POST", "/api/auth/logout", body: [:], headers: Self.cookie)
            #expect(
                cookie.status == 204 && cookie.headers["set-cookie"]?.hasPrefix("switchboard_refresh=; Path=/api/auth; Max-Age=0;") == true)
            #expect(try gateway.accounts.asked(SignOut.self).map(\.refreshToken) == ["from-body", "from-cookie"])
        }
    }
}

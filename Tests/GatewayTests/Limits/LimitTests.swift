import Contracts
import Foundation
import GatewayService
import HTTPTypes
import Testing

@Suite struct `A token bucket` {
    private let policy = BucketPolicy("test", rate: 2, burst: 3)

    @Test func `lets its burst through at once, and then its rate`() {
        let start = ContinuousClock.now
        var bucket = TokenBucket(policy, now: start)
        for _ in 0..<3 { #expect(bucket.take(policy, now: start) == nil) }
        #expect(bucket.take(policy, now: start) == .milliseconds(500))
        #expect(bucket.take(policy, now: start + .milliseconds(499)) != nil)
        #expect(bucket.take(policy, now: start + .milliseconds(500)) == nil)
        #expect(bucket.take(policy, now: start + .milliseconds(500)) != nil)
    }

    @Test func `never holds more than its burst`() {
        let start = ContinuousClock.now
        var bucket = TokenBucket(policy, now: start)
        for _ in 0..<3 { #expect(bucket.take(policy, now: start + .seconds(3600)) == nil) }
        #expect(bucket.take(policy, now: start + .seconds(3600)) != nil)
    }

    @Test func `tables stay bounded`() {
        let buckets = TokenBuckets<Int>(policy)
        let now = ContinuousClock.now
        for key in 0..<(TokenBuckets<Int>.countMax + 10) { _ = buckets.take(key, now: now) }
        #expect(buckets.count <= TokenBuckets<Int>.countMax)
        #expect(buckets.count > 0)
    }
}

@Suite struct `Too many requests` {
    @Test func `of a visitor are refused with Retry-After, and another visitor is not`() async throws {
        try await withGateway({ $0.visitorPolicy = BucketPolicy("visitor", rate: 0.01, burst: 2) }) { (gateway) async throws in
            gateway.chat.answer(GetConversation.self) { _ in Examples.session(status: .assigned) }
            let path = "/api/v1/chat/sessions/\(Examples.sessionID)"
            for remaining in [1, 0] {
                let answer = try await gateway.request("GET", path, as: .customer)
                #expect(answer.status == 200)
                #expect(answer.headers["ratelimit"] == "\"visitor\";r=\(remaining)")
            }
            let refused = try await gateway.request("GET", path, as: .customer)
            #expect(refused.status == 429)
            #expect((refused.headers["retry-after"].flatMap { Int($0) } ?? 0) > 0)
            #expect(refused.code == "too-many-requests")
            let other = try await gateway.tokens.sign(TestTokens.claims(.customer, subject: Identifier(UUID())))
            #expect(try await gateway.request("GET", path, token: other).status == 200)
        }
    }

    @Test func `of an address without sign-in are refused, wrong tokens too`() async throws {
        try await withGateway({ $0.addressPolicy = BucketPolicy("address", rate: 0.01, burst: 3) }) { (gateway) async throws in
            #expect(try await gateway.request("GET", "/openapi.json").status == 200)
            #expect(try await gateway.request("GET", "/nowhere").status == 404)
            #expect(try await gateway.request("GET", "/api/users", token: "x").status == 401)
            #expect(try await gateway.request("GET", "/openapi.json").status == 429)
            #expect(try await gateway.request("GET", "/api/users", token: "x").status == 429)
        }
    }

    @Test func `to sign in are refused by address and e-mail`() async throws {
        try await withGateway({ $0.signInPolicy = BucketPolicy("sign-in", rate: 0.01, burst: 1) }) { (gateway) async throws in
            gateway.accounts.answer(SignIn.self) { _ in throw AccountsError.signInFailed }
            let ana: JSONValue = ["email": "ana@example.com", "password": "x"]
            #expect(try await gateway.request("POST", "/api/auth/login", body: ana).status == 401)
            #expect(try await gateway.request("POST", "/api/auth/login", body: ana).status == 429)
            let bruno: JSONValue = ["email": "bruno@example.com", "password": "x"]
            #expect(try await gateway.request("POST", "/api/auth/login", body: bruno).status == 401)
        }
    }
}

@Suite struct `A client's address` {
    @Test func `is the peer's, unless a trusted proxy names another`() {
        var proxies = TrustedProxies()
        let known = ["10.0.0.1", "10.0.0.2"].map { proxies.insert($0) }
        #expect(known == [true, true])
        let reader = ClientAddress(trustedProxies: proxies)
        let forwarded: HTTPFields = [.forwardedFor: "6.6.6.6, 203.0.113.7, 10.0.0.2"]
        #expect(reader.address(peer: "198.51.100.9", headers: forwarded) == "198.51.100.9")
        #expect(reader.address(peer: "10.0.0.1", headers: forwarded) == "203.0.113.7")
        #expect(reader.address(peer: "10.0.0.1", headers: [:]) == "10.0.0.1")
    }

    @Test func `is believed from a network of proxies, to the bit`() {
        var proxies = TrustedProxies()
        let known = ["10.0.0.128/25", "fd00::/8"].map { proxies.insert($0) }
        #expect(known == [true, true])
        let reader = ClientAddress(trustedProxies: proxies)
        let forwarded: HTTPFields = [.forwardedFor: "203.0.113.7"]
        for proxy in ["10.0.0.128", "10.0.0.255", "fd12:3456::1"] {
            #expect(reader.address(peer: proxy, headers: forwarded) == "203.0.113.7")
        }
        for other in ["10.0.0.127", "10.0.1.128", "fe80::1", "::ffff:10.0.0.128", "elsewhere"] {
            #expect(reader.address(peer: other, headers: forwarded) == other)
        }
        for wrong in ["10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "proxy", "", "fd00::/129"] {
            let isKnown = proxies.insert(wrong)
            #expect(!isKnown, "\(wrong)")
        }
    }
}

@Suite struct `An address` {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::1", "2001:db8:1:2::/64"), ("2001:db8:1:3::1", "2001:db8:1:3::/64"), ("::1", "0:0:0:0::/64"),
        ("fe80::1%eth0", "fe80:0:0:0::/64"), ("", ""), ("unix:", "unix:"),
    ])
    func `counts by itself, of IPv6 by what one subscriber has`(_ address: String, _ group: String) {
        #expect(AddressGroup.of(address) == group)
    }

    @Test func `of IPv6 changes nothing by changing within its network`() async throws {
        try await withGateway({
            _ = $0.trustedProxies.insert("127.0.0.1")
            $0.addressPolicy = BucketPolicy("address", rate: 0.001, burst: 2)
        }) { (gateway) async throws in
            for (index, status) in [200, 200, 429, 429].enumerated() {
                let answer = try await gateway.request("GET", "/openapi.json", headers: ["X-Forwarded-For": "2001:db8::\(index + 1)"])
                #expect(answer.status == status)
            }
            #expect(try await gateway.request("GET", "/openapi.json", headers: ["X-Forwarded-For": "2001:db8:0:1::1"]).status == 200)
        }
    }
}

@Suite struct `Signing in through the edge` {
    private static let pair = TokenPair(accessToken: "a", tokenType: "Bearer", expiresIn: 600, refreshToken: "r", knownBrowser: "d")

    @Test func `remembers a browser in a cookie of its own, which goes before the address's limit`() async throws {
        try await withGateway({ $0.signInPolicy = BucketPolicy("sign-in", rate: 0.001, burst: 1) }) { (gateway) async throws in
            gateway.accounts.answer(SignIn.self) { _ in Self.pair }
            let body: JSONValue = ["email": "ana@acme.example", "password": "correct horse battery"]
            let first = try await gateway.request("POST", "/api/auth/login", body: body)
            #expect(first.status == 200 && first.headers["set-cookie"] == nil && first.json["known_browser"] == nil)
            #expect(try await gateway.request("POST", "/api/auth/login?cookie=1", body: body).status == 429)
            let known = try await gateway.request(
                "POST", "/api/auth/login?cookie=1", body: body, headers: ["Cookie": "a=b; switchboard_device=1.2.3.4"])
            #expect(known.status == 200)
            let asked = try gateway.accounts.asked(SignIn.self)
            #expect(asked.map(\.knownBrowser) == [nil, "1.2.3.4"] && asked.allSatisfy { $0.address == "127.0.0.1" })
        }
    }
}

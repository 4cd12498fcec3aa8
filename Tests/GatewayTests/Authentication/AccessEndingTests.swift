import Bus
import Contracts
import Foundation
import GatewayService
import TestSupport
import Testing

@Suite struct `What has ended, as a gateway remembers it` {
    private let tenant = TenantID.new()
    private let user = Identifier<User>.new()
    private let clock = TestClock()

    private func caller(
        _ subject: Identifier<User>? = nil, of tenant: TenantID? = nil, session: EntityID? = nil, version: Int64 = 0
    ) -> Caller {
        Caller(
            principal: Principal(clientID: tenant ?? self.tenant, subject: subject ?? user, role: .agent, name: "Ana"),
            expiresAt: clock.now.addingTimeInterval(600), issuedAt: clock.now, sessionID: session, version: version)
    }

    private var holder: EntityID { EntityID(user.uuid) }

    @Test func `is a version's, a session's or everything, of one holder in one company`() {
        let endings = AccessEndings()
        let session = EntityID.new()
        #expect(!endings.include(caller(session: session)))
        endings.hear(AccessEnded(holder: holder, sessionID: session), of: tenant)
        #expect(endings.include(caller(session: session)))
        #expect(!endings.include(caller(session: .new())) && !endings.include(caller()))
        endings.hear(AccessEnded(holder: holder, validFromVersion: 3), of: tenant)
        #expect(endings.include(caller(version: 2)) && !endings.include(caller(version: 3)))
        endings.hear(AccessEnded(holder: holder, validFromVersion: 2), of: tenant)
        #expect(endings.include(caller(version: 2)), "an older ending that comes later takes nothing back")
        // Users' ids are chosen by whoever makes them: another company's may be the same.
        #expect(!endings.include(caller(of: .new(), version: 2)) && !endings.include(caller(.new(), version: 2)))
        endings.hear(AccessEnded(holder: holder), of: tenant)
        #expect(endings.include(caller(version: .max - 1)))
    }

    @Test func `is known of tokens signed since it listens, and for as long as an access token lives`() {
        let endings = AccessEndings(now: { clock.now })
        #expect(!endings.cover(clock.now), "nothing is listened to yet")
        endings.listen()
        #expect(!endings.cover(clock.now), "the clock that signed may be ahead")
        clock.advance(by: 10)
        let signed = clock.now
        #expect(endings.cover(signed))
        clock.advance(by: 605)
        #expect(endings.cover(signed), "its last moment, with the clocks' leeway")
        clock.advance(by: 60)
        #expect(!endings.cover(signed))
        #expect(endings.cover(clock.now))
    }

    @Test func `stays bounded, and whoever was forgotten is asked about`() {
        let endings = AccessEndings(countMax: 3000, now: { clock.now })
        endings.listen()
        clock.advance(by: 10)
        let signed = clock.now
        for _ in 0..<2999 { endings.hear(AccessEnded(holder: .new()), of: tenant) }
        #expect(endings.count == 2999 && endings.cover(signed))
        endings.hear(AccessEnded(holder: .new()), of: tenant)
        #expect(endings.count == 0 && !endings.cover(signed))
        for _ in 0..<2000 { endings.hear(AccessEnded(holder: .new()), of: tenant) }
        clock.advance(by: AccessEndings.keptFor + 1)
        for _ in 0..<2000 { endings.hear(AccessEnded(holder: .new()), of: tenant) }
        #expect(endings.count < 2500, "the old ones were cleared away")
    }
}

@Suite struct `Whoever was disabled, signed out or revoked` {
    private static let path = "/api/v1/chat/sessions/\(Examples.sessionID)"
    private static let agent = TestTokens.subject(.agent)

    private static func token(
        _ gateway: TestGateway, _ role: Role = .agent, session: EntityID = .new(), version: Int64 = 0, at time: Date = Date()
    ) async throws -> String {
        var claims = TestTokens.claims(role, at: time)
        claims.sid = session.description
        claims.ver = version
        if role == .customer { claims.exp = claims.iat + 30 * 86_400 }
        return try await gateway.tokens.sign(claims)
    }

    private static func end(_ gateway: TestGateway, _ role: Role, session: EntityID? = nil, version: Int64? = nil) throws {
        let holder = TestTokens.subject(role).uuid
        try gateway.accounts.say(
            AccessEnded(holder: EntityID(holder), sessionID: session, validFromVersion: version), tenant: TestTokens.tenant, key: holder)
    }

    /// An event that is said before the gateway follows the log is not heard, as in life; then it asks (see below).
    private static func waitUntilItListens(_ gateway: TestGateway) async throws {
        let probe = Identifier<User>.new()
        let token = try await gateway.tokens.sign(TestTokens.claims(.agent, subject: probe))
        try await eventually("the gateway listens to accounts") {
            try gateway.accounts.say(AccessEnded(holder: EntityID(probe.uuid)), tenant: TestTokens.tenant, key: probe.uuid)
            return try await gateway.request("GET", path, token: token).status == 401
        }
    }

    @Test(arguments: [Role.agent, .customer])
    func `is refused at once, sockets included, and others go on`(_ role: Role) async throws {
        try await withGateway { (gateway) async throws in
            gateway.answerSockets()
            try await Self.waitUntilItListens(gateway)
            let (session, other) = (EntityID.new(), EntityID.new())
            let ended = try await Self.token(gateway, role, session: session)
            let stays = try await Self.token(gateway, role, session: other)
            let path = role == .agent ? "/api/v1/realtime" : "/api/v1/chat/ws/\(Examples.sessionID)?after=0"
            let first = try await WebSocketClient.connect(port: gateway.port, path: path, token: ended)
            let second = try await WebSocketClient.connect(port: gateway.port, path: path, token: stays)
            for socket in [first, second] { _ = try await socket.next("ready") }
            for token in [ended, stays] { #expect(try await gateway.request("GET", Self.path, token: token).status == 200) }

            try Self.end(gateway, role, session: session)
            #expect(try await first.closeCode() == 4001)
            let refused = try await gateway.request("GET", Self.path, token: ended)
            #expect(refused.status == 401 && refused.code == "unauthorized")
            await #expect(throws: WebSocketClient.Refused.self) {
                try await WebSocketClient.connect(port: gateway.port, path: path, token: ended)
            }
            #expect(try await gateway.request("GET", Self.path, token: stays).status == 200)
            try gateway.chat.say(Examples.appended("still here"), tenant: TestTokens.tenant, key: Examples.sessionID.uuid, sequence: 1)
            #expect(try await second.next("message")["data"]?["text"]?.string == "still here")

            try Self.end(gateway, role, version: 1)
            #expect(try await second.closeCode() == 4001)
            #expect(try await gateway.request("GET", Self.path, token: stays).status == 401)
            let renewed = try await Self.token(gateway, role, version: 1)
            #expect(try await gateway.request("GET", Self.path, token: renewed).status == 200)
        }
    }

    @Test func `as a key is refused though it was just believed`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.answerSockets()
            try await Self.waitUntilItListens(gateway)
            let key = TestTokens.subject(.service)
            gateway.accounts.answer(VerifyAPIKey.self) { _ in
                VerifiedKey(principal: Principal(clientID: TestTokens.tenant, subject: key, role: .service, name: "Webshop"))
            }
            let shown = ["X-API-Key": "sk_" + String(repeating: "a", count: 43)]
            #expect(try await gateway.request("GET", Self.path, headers: shown).status == 200)
            try gateway.accounts.say(AccessEnded(holder: EntityID(key.uuid)), tenant: TestTokens.tenant, key: key.uuid)
            try await eventually("the gateway hears of it") { try await gateway.request("GET", Self.path, headers: shown).status == 401 }
        }
    }

    @Test func `before the gateway listened is found out by asking accounts, once`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.answerSockets()
            gateway.accounts.answer(ConfirmAccess.self) { question in
                guard question.version == 7 else { throw AccountsError.accessEnded }
                return Done()
            }
            let earlier = Date().addingTimeInterval(-60)
            let ended = try await Self.token(gateway, version: 6, at: earlier)
            let good = try await Self.token(gateway, version: 7, at: earlier)
            #expect(try await gateway.request("GET", Self.path, token: ended).status == 401)
            try await eventually("the gateway listens") {  // what it was told before it did is asked again
                let before = gateway.accounts.envelopes(ConfirmAccess.subject).count
                let status = try await gateway.request("GET", Self.path, token: good).status
                guard status == 200 else { return false }
                return gateway.accounts.envelopes(ConfirmAccess.subject).count == before
            }
            let asked = try #require(try gateway.accounts.asked(ConfirmAccess.self).last)
            #expect(asked.principal.subject == Self.agent && asked.sessionID != nil)
        }
    }

    @Test func `cannot be told while accounts is away: visitors go on, others wait`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.answerSockets()
            gateway.accounts.answer(ConfirmAccess.self) { _ in throw BusError.unavailable(retryAfter: .seconds(1)) }
            let earlier = Date().addingTimeInterval(-60)
            let agent = try await Self.token(gateway, at: earlier)
            #expect(try await gateway.request("GET", Self.path, token: agent).status == 503)
            let visitor = try await Self.token(gateway, .customer, at: earlier.addingTimeInterval(-86_400))
            #expect(try await gateway.request("GET", Self.path, token: visitor).status == 200)
        }
    }

    @Test func `as a key that nobody knows is asked about once, and the address pays before`() async throws {
        try await withGateway({ $0.addressPolicy = BucketPolicy("address", rate: 0.001, burst: 4) }) { (gateway) async throws in
            gateway.accounts.answer(VerifyAPIKey.self) { _ in throw AccountsError.keyInvalid }
            let wrong = ["X-API-Key": "sk_" + String(repeating: "b", count: 43)]
            for _ in 1...2 { #expect(try await gateway.request("GET", Self.path, headers: wrong).status == 401) }
            #expect(gateway.accounts.envelopes(VerifyAPIKey.subject).count == 1)
            for index in 1...4 {
                let made = ["X-API-Key": "sk_\(index)" + String(repeating: "c", count: 42)]
                #expect(try await gateway.request("GET", Self.path, headers: made).status == (index <= 2 ? 401 : 429))
            }
            #expect(gateway.accounts.envelopes(VerifyAPIKey.subject).count == 3)
        }
    }
}

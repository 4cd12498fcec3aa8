import AccountsService
import Contracts
import Foundation
import Testing
import Tokens

@Suite struct `A sign-in` {
    let accounts: AccountsUnderTest

    init() async throws { accounts = try await AccountsUnderTest() }

    @Test func `gives tokens that say who signed in`() async throws {
        let pair = try await accounts.signIn("  ANA@acme.example ")
        #expect(pair.tokenType == "Bearer")
        #expect(pair.expiresIn == 600)
        let claims = try await verifiedClaims(pair.accessToken)
        #expect(claims["sub"]?.string == accounts.ana.id.description)
        #expect(claims["client_id"]?.string == accounts.tenant.id.description)
        #expect(claims["role"] == "admin")
        #expect(claims["name"] == "Ana")
        #expect(claims["aud"] == "switchboard")
        let issued = try #require(claims["iat"]?.integer)
        #expect(issued == Int64(accounts.clock.now.timeIntervalSince1970))
        #expect(claims["exp"]?.integer == issued + 600)
        #expect(claims["jti"]?.string.flatMap(UUID.init(uuidString:)) != nil)
    }

    @Test func `answers a wrong password, an unknown e-mail, a disabled and an invited user alike`() async throws {
        let bruno = try await accounts.user("Bruno")
        try await accounts.user("Carla", password: nil)
        _ = try await accounts.signIn("bruno@acme.example")  // it worked before
        _ = try await accounts.ask(UpdateUser(principal: accounts.administrator, id: bruno.id, disabled: true))
        for (email, password) in [
            ("ana@acme.example", "wrong horse battery"), ("ana@acme.example", ""), ("nobody@acme.example", AccountsUnderTest.password),
            ("bruno@acme.example", AccountsUnderTest.password), ("carla@acme.example", AccountsUnderTest.password),
            ("no address", AccountsUnderTest.password), ("nul\0@acme.example", AccountsUnderTest.password),
            (String(repeating: "a", count: 10_000) + "@acme.example", AccountsUnderTest.password),
        ] {
            await #expect(throws: AccountsError.signInFailed, "\(email.prefix(30))") { try await accounts.signIn(email, password) }
        }
    }

    @Test func `asks for the company when several know the e-mail, and only who knows a password`() async throws {
        let other = try await accounts.administration.createTenant(name: "Other", slug: "other")
        _ = try await accounts.administration.createUser(
            tenant: other.id, email: "ana@acme.example", name: "Ana", role: .viewer, password: "another password")
        await #expect(throws: AccountsError.clientRequired) { try await accounts.signIn() }
        await #expect(throws: AccountsError.signInFailed) { try await accounts.signIn("ana@acme.example", "neither password") }
        let there = try await accounts.signIn("ana@acme.example", "another password", client: "other")
        #expect(try await verifiedClaims(there.accessToken)["client_id"]?.string == other.id.description)
        let here = try await accounts.signIn(client: "acme")
        #expect(try await verifiedClaims(here.accessToken)["client_id"]?.string == accounts.tenant.id.description)
        await #expect(throws: AccountsError.signInFailed) { try await accounts.signIn(client: "other") }
        await #expect(throws: AccountsError.signInFailed) { try await accounts.signIn(client: "nosuch") }
        await #expect(throws: AccountsError.signInFailed) { try await accounts.signIn(client: "not a slug\0") }
    }

    @Test func `may be tried ten times a minute per address and e-mail`() async throws {
        for _ in 1...10 {
            await #expect(throws: AccountsError.signInFailed) { try await accounts.signIn("nobody@acme.example") }
        }
        await #expect(throws: AccountsError.tooManyAttempts(retryAfterSeconds: 6)) { try await accounts.signIn("nobody@acme.example") }
        await #expect(throws: AccountsError.tooManyAttempts(retryAfterSeconds: 6)) { try await accounts.signIn("NOBODY@acme.example") }
        // Another address or e-mail has attempts of its own.
        await #expect(throws: AccountsError.signInFailed) { try await accounts.signIn("nobody@acme.example", address: "192.0.2.2") }
        _ = try await accounts.signIn()
        accounts.clock.advance(by: 6)
        await #expect(throws: AccountsError.signInFailed) { try await accounts.signIn("nobody@acme.example") }
        await #expect(throws: AccountsError.tooManyAttempts(retryAfterSeconds: 6)) { try await accounts.signIn("nobody@acme.example") }
        // Long enough for the account as well, over all addresses.
        accounts.clock.advance(by: 900)
        for _ in 1...10 {
            await #expect(throws: AccountsError.signInFailed) { try await accounts.signIn("nobody@acme.example") }
        }
        await #expect(throws: AccountsError.tooManyAttempts(retryAfterSeconds: 6)) { try await accounts.signIn("nobody@acme.example") }
    }

    @Test func `that succeeds forgets the attempts before it, and full buckets are cleared away`() async throws {
        for _ in 1...9 {
            await #expect(throws: AccountsError.signInFailed) { try await accounts.signIn("ana@acme.example", "wrong horse") }
        }
        _ = try await accounts.signIn()
        for _ in 1...10 {
            await #expect(throws: AccountsError.signInFailed) { try await accounts.signIn("ana@acme.example", "wrong horse") }
        }
        await #expect(throws: AccountsError.self) { try await accounts.signIn() }
        // By address, by account, by both.
        #expect(try await accounts.count("SELECT count(*) AS count FROM accounts.sign_in_attempts", as: .none) == 3)
        accounts.clock.advance(by: 3600)
        await #expect(throws: AccountsError.signInFailed) { try await accounts.signIn("nobody@acme.example", address: "192.0.2.2") }
        #expect(try await accounts.count("SELECT count(*) AS count FROM accounts.sign_in_attempts", as: .none) == 3)
    }

    @Test func `may fail fifty times at one address, whatever the e-mails, and successes count nothing`() async throws {
        for _ in 1...60 { _ = try await accounts.signIn() }
        for index in 1...50 {
            await #expect(throws: AccountsError.signInFailed) { try await accounts.signIn("nobody\(index)@acme.example") }
        }
        await #expect(throws: AccountsError.tooManyAttempts(retryAfterSeconds: 6)) { try await accounts.signIn("another@acme.example") }
        _ = try await accounts.signIn(address: "192.0.2.2")
        accounts.clock.advance(by: 6)
        _ = try await accounts.signIn()
        await #expect(throws: AccountsError.signInFailed) { try await accounts.signIn("another@acme.example") }
        await #expect(throws: AccountsError.tooManyAttempts(retryAfterSeconds: 6)) { try await accounts.signIn() }
    }

    @Test func `is refused to nobody who knows the password because of what others try, and they get fewer tries`() async throws {
        func guess(from address: String) async throws {
            await #expect(throws: AccountsError.signInFailed) { try await accounts.signIn("ana@acme.example", "a guess", address: address) }
        }
        for index in 1...21 { try await guess(from: "198.51.100.\(index)") }
        // Three of each address from then on, and a growing pause.
        for _ in 1...3 { try await guess(from: "203.0.113.1") }
        await #expect(throws: AccountsError.tooManyAttempts(retryAfterSeconds: 12)) {
            try await accounts.signIn("ana@acme.example", "a guess", address: "203.0.113.1")
        }
        for index in 22...60 { try await guess(from: "198.51.100.\(index)") }
        for _ in 1...3 { try await guess(from: "203.0.113.2") }
        do {
            _ = try await accounts.signIn("ana@acme.example", "a guess", address: "203.0.113.2")
            Issue.record("a fourth guess was taken")
        } catch AccountsError.tooManyAttempts(let seconds) {
            #expect(seconds > 60)
        }
        _ = try await accounts.signIn(address: "192.0.2.7")
        _ = try await accounts.signIn(address: "198.51.100.1")  // even where one guess failed
    }

    @Test func `with a browser that is known is counted by itself`() async throws {
        let device = try #require(try await accounts.signIn().knownBrowser)
        func signIn(_ email: String = "ana@acme.example", _ password: String = AccountsUnderTest.password, with shown: String?) async throws
            -> TokenPair
        {
            try await accounts.ask(SignIn(email: email, password: password, address: "192.0.2.1", knownBrowser: shown))
        }
        for _ in 1...10 { await #expect(throws: AccountsError.signInFailed) { try await signIn("ana@acme.example", "a guess", with: nil) } }
        for forged in [nil, "", "x", device + "A", String(device.dropLast()) + "_", "a.b.c.d"] {
            await #expect(throws: AccountsError.tooManyAttempts(retryAfterSeconds: 6)) { try await signIn(with: forged) }
        }
        // It speaks for nobody else.
        try await accounts.user("Bruno")
        for _ in 1...10 {
            await #expect(throws: AccountsError.signInFailed) { try await signIn("bruno@acme.example", "a guess", with: device) }
        }
        await #expect(throws: AccountsError.tooManyAttempts(retryAfterSeconds: 6)) { try await signIn("bruno@acme.example", with: device) }
        #expect(try await signIn(with: device).knownBrowser == device)
        // Nor does it try for ever.
        for _ in 1...10 {
            await #expect(throws: AccountsError.signInFailed) { try await signIn("ana@acme.example", "a guess", with: device) }
        }
        await #expect(throws: AccountsError.tooManyAttempts(retryAfterSeconds: 6)) { try await signIn(with: device) }
        // Renewing tokens gives none.
        let pair = try await accounts.signIn(address: "192.0.2.9")
        #expect(try await accounts.ask(RefreshTokens(refreshToken: pair.refreshToken)).knownBrowser == nil)
    }

    @Test func `replaces a hash of older parameters`() async throws {
        let old = try PasswordHash(Array(AccountsUnderTest.password.utf8), parameters: .init(costLog2: 3, blockSize: 8, parallelism: 1))
        _ = try await accounts.database.query(
            .tenant(accounts.tenant.id), "UPDATE accounts.users SET password_hash = \(old.text) WHERE id = \(accounts.ana.id)")
        _ = try await accounts.signIn()
        let now: String = try await accounts.database.query(
            .tenant(accounts.tenant.id), "SELECT password_hash FROM accounts.users WHERE id = \(accounts.ana.id)")[0]["password_hash"]
        #expect(PasswordHash(text: now)?.parameters == AccountsUnderTest.cheap)
        _ = try await accounts.signIn()
    }

    @Test func `tells who is signed in`() async throws {
        let me = try await accounts.ask(GetMe(principal: accounts.administrator))
        #expect(
            me
                == SignedInUser(
                    id: accounts.ana.id, clientID: accounts.tenant.id, client: accounts.tenant, email: "ana@acme.example", name: "Ana",
                    role: .administrator))
        await #expect(throws: AccountsError.accessEnded) { try await accounts.ask(GetMe(principal: accounts.principal(.agent))) }
        await #expect(throws: AccountsError.roleMayNot(role: "customer")) {
            try await accounts.ask(GetMe(principal: accounts.principal(.customer)))
        }
    }

    private func verifiedClaims(_ token: String) async throws -> [String: JSONValue] {
        let published = try await accounts.ask(GetSigningKeys())
        let keys = try await VerificationKeys(published: published)
        return try TokenVerifier.claims(
            of: token, keys: keys, policy: TokenPolicy(algorithms: ["EdDSA"], issuer: published.issuer, audience: "switchboard"),
            now: accounts.clock.now)
    }
}

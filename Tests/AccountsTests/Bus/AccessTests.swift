import AccountsService
import Contracts
import Foundation
import Testing
import Tokens

@Suite struct `Access that has ended` {
    let accounts: AccountsUnderTest

    init() async throws { accounts = try await AccountsUnderTest() }

    private func endings() async throws -> [AccessEnded] {
        try await accounts.events().filter { $0.subject == AccessEnded.subject.rawValue }.map {
            try JSON.decode(AccessEnded.self, from: $0.payload)
        }
    }

    private struct Token {
        let signIn: EntityID
        let version: Int64
    }

    private func token(_ text: String, audience: String = "switchboard") throws -> Token {
        let claims = try TokenVerifier.claims(
            of: text, keys: accounts.keys.verification, policy: TokenPolicy(algorithms: ["EdDSA"], audience: audience),
            now: accounts.clock.now)
        return Token(
            signIn: try #require(claims["sid"]?.string.flatMap(EntityID.init)), version: try #require(claims["ver"]?.integer))
    }

    private func confirm(_ principal: Principal, _ token: Token) async throws {
        _ = try await accounts.ask(ConfirmAccess(principal: principal, sessionID: token.signIn, version: token.version))
    }

    private func principal(_ user: UserAccount) -> Principal {
        Principal(clientID: accounts.tenant.id, subject: user.id, role: user.role, name: user.name)
    }

    @Test func `of a disabled administrator does nothing any more, whatever the token says`() async throws {
        let bruno = try await accounts.somebody(.administrator)
        let carla = try await accounts.user("Carla")
        let key = try await accounts.ask(CreateAPIKey(principal: bruno, id: .new(), name: "Before"))
        _ = try await accounts.ask(UpdateUser(principal: accounts.administrator, id: bruno.subject, disabled: true))
        let ended = AccountsError.accessEnded
        await #expect(throws: ended) { try await accounts.ask(UpdateUser(principal: bruno, id: bruno.subject, disabled: false)) }
        await #expect(throws: ended) { try await accounts.ask(UpdateUser(principal: bruno, id: carla.id, role: .administrator)) }
        await #expect(throws: ended) {
            try await accounts.ask(
                CreateUser(principal: bruno, id: .new(), email: "new@acme.example", name: "New", role: .administrator, password: nil))
        }
        await #expect(throws: ended) { try await accounts.ask(CreateAPIKey(principal: bruno, id: .new(), name: "After")) }
        await #expect(throws: ended) { try await accounts.ask(RevokeAPIKey(principal: bruno, id: key.summary.id)) }
        await #expect(throws: ended) { try await accounts.ask(SaveSite(principal: bruno, id: .new(), isNew: true, name: "Shop")) }
        await #expect(throws: ended) {
            try await accounts.ask(
                SaveBusinessRules(principal: bruno, expectedVersion: 0, change: BusinessRulesChange(timeZone: "Asia/Tokyo")))
        }
        await #expect(throws: ended) {
            try await accounts.ask(
                ChangePassword(principal: bruno, currentPassword: AccountsUnderTest.password, newPassword: "a new password"))
        }
        await #expect(throws: ended) { try await accounts.ask(ListUsers(principal: bruno, limit: 1)) }
        #expect(try await accounts.ask(ListAPIKeys(principal: accounts.administrator, limit: 9)).items.map(\.name) == ["Before"])
    }

    @Test func `of a demoted administrator is that of the new role`() async throws {
        let bruno = try await accounts.somebody(.administrator)
        _ = try await accounts.ask(UpdateUser(principal: accounts.administrator, id: bruno.subject, role: .viewer))
        let refused = AccountsError.roleMayNot(role: "viewer")
        await #expect(throws: refused) { try await accounts.ask(UpdateUser(principal: bruno, id: bruno.subject, role: .administrator)) }
        await #expect(throws: refused) { try await accounts.ask(CreateAPIKey(principal: bruno, id: .new(), name: "After")) }
        _ = try await accounts.ask(GetMe(principal: bruno))
    }

    @Test func `is nobody's own to change`() async throws {
        await #expect(throws: AccountsError.ownAccount(field: "role")) {
            try await accounts.ask(UpdateUser(principal: accounts.administrator, id: accounts.ana.id, role: .agent))
        }
        await #expect(throws: AccountsError.ownAccount(field: "disabled")) {
            try await accounts.ask(UpdateUser(principal: accounts.administrator, id: accounts.ana.id, disabled: true))
        }
        let renamed = try await accounts.ask(
            UpdateUser(principal: accounts.administrator, id: accounts.ana.id, name: "Ana B.", role: .administrator, disabled: false))
        #expect(renamed.name == "Ana B.")
    }

    @Test func `is said once, with the version that tokens need from then on`() async throws {
        let bruno = try await accounts.user("Bruno")
        let before = try token(try await accounts.signIn("bruno@acme.example").accessToken)
        try await confirm(principal(bruno), before)
        #expect(try await endings().isEmpty)

        let supervisor = try await accounts.ask(UpdateUser(principal: accounts.administrator, id: bruno.id, role: .supervisor))
        #expect(try await endings() == [AccessEnded(holder: EntityID(bruno.id.uuid), validFromVersion: before.version + 1)])
        await #expect(throws: AccountsError.accessEnded) { try await confirm(principal(bruno), before) }
        await #expect(throws: AccountsError.accessEnded) { try await confirm(principal(supervisor), before) }
        let after = try token(try await accounts.signIn("bruno@acme.example").accessToken)
        #expect(after.version == before.version + 1)
        try await confirm(principal(supervisor), after)

        _ = try await accounts.ask(UpdateUser(principal: accounts.administrator, id: bruno.id, name: "Bruno B."))
        #expect(try await endings().count == 1, "a name is no power")
        for _ in 1...2 { _ = try await accounts.ask(UpdateUser(principal: accounts.administrator, id: bruno.id, disabled: true)) }
        #expect(try await endings().map(\.validFromVersion) == [before.version + 1, before.version + 2])
        await #expect(throws: AccountsError.accessEnded) { try await confirm(principal(supervisor), after) }
    }

    @Test func `by signing out is one sign-in's, and is said once`() async throws {
        let (one, other) = (try await accounts.signIn(), try await accounts.signIn())
        let (first, second) = (try token(one.accessToken), try token(other.accessToken))
        #expect(first.signIn != second.signIn)
        let renewed = try token(try await accounts.ask(RefreshTokens(refreshToken: one.refreshToken)).accessToken)
        #expect(renewed.signIn == first.signIn)
        for _ in 1...2 { _ = try await accounts.ask(SignOut(refreshToken: one.refreshToken)) }
        #expect(try await endings() == [AccessEnded(holder: EntityID(accounts.ana.id.uuid), sessionID: first.signIn)])
        await #expect(throws: AccountsError.accessEnded) { try await confirm(accounts.administrator, first) }
        try await confirm(accounts.administrator, second)
    }

    @Test func `by a token that came twice is said as well`() async throws {
        let pair = try await accounts.signIn()
        _ = try await accounts.ask(RefreshTokens(refreshToken: pair.refreshToken))
        accounts.clock.advance(by: RefreshRotation.graceSeconds)
        await #expect(throws: AccountsError.refreshTokenReused) { try await accounts.ask(RefreshTokens(refreshToken: pair.refreshToken)) }
        #expect(try await endings().map(\.sessionID) == [try token(pair.accessToken).signIn])
    }

    @Test func `by a new password is every token's, and the sign-in that is kept gets a new one`() async throws {
        let (mine, other) = (try await accounts.signIn(), try await accounts.signIn())
        _ = try await accounts.ask(
            ChangePassword(
                principal: accounts.administrator, currentPassword: AccountsUnderTest.password, newPassword: "a new password",
                refreshToken: mine.refreshToken))
        #expect(try await endings() == [AccessEnded(holder: EntityID(accounts.ana.id.uuid), validFromVersion: 1)])
        for pair in [mine, other] {
            await #expect(throws: AccountsError.accessEnded) { try await confirm(accounts.administrator, token(pair.accessToken)) }
        }
        let renewed = try await accounts.ask(RefreshTokens(refreshToken: mine.refreshToken))
        try await confirm(accounts.administrator, token(renewed.accessToken))
    }

    @Test func `of a key is said once`() async throws {
        let made = try await accounts.ask(CreateAPIKey(principal: accounts.administrator, id: .new(), name: "Webshop"))
        for _ in 1...2 { _ = try await accounts.ask(RevokeAPIKey(principal: accounts.administrator, id: made.summary.id)) }
        #expect(try await endings() == [AccessEnded(holder: EntityID(made.summary.id.uuid))])
    }

    @Test func `of a visitor is one browser's or all, and who shows such a token is somebody new`() async throws {
        let site = try await accounts.administration.createSite(
            tenant: accounts.tenant.id, name: "Shop", allowedOrigins: ["https://shop.example"])
        func visit(_ shown: String? = nil) async throws -> VisitorToken {
            try await accounts.ask(IssueVisitorToken(site: site.siteKey, token: shown))
        }
        func principal(_ visitor: VisitorToken) -> Principal {
            Principal(clientID: accounts.tenant.id, subject: Identifier(visitor.customerID.uuid), role: .customer, name: "")
        }
        func end(_ visitor: VisitorToken, browser: EntityID?) async throws {
            try await accounts.access.end(visitor: visitor.customerID, browser: browser, of: accounts.tenant.id, traceparent: nil)
        }
        let (forgotten, blocked, other) = (try await visit(), try await visit(), try await visit())
        let browser = try token(forgotten.token, audience: "widget").signIn
        for visitor in [forgotten, blocked, other] {
            #expect(try await visit(visitor.token).customerID == visitor.customerID)
            try await confirm(principal(visitor), token(visitor.token, audience: "widget"))
        }
        try await end(forgotten, browser: browser)
        try await end(blocked, browser: nil)
        let said = try await endings()
        #expect(said.contains(AccessEnded(holder: EntityID(forgotten.customerID.uuid), sessionID: browser)))
        let version = try #require(said.first { $0.holder.uuid == blocked.customerID.uuid }?.validFromVersion)
        #expect(version > 0)
        for visitor in [forgotten, blocked] {
            #expect(try await visit(visitor.token).customerID != visitor.customerID)
            await #expect(throws: AccountsError.accessEnded) {
                try await confirm(principal(visitor), token(visitor.token, audience: "widget"))
            }
        }
        try await confirm(principal(other), token(other.token, audience: "widget"))
        // Whoever the website vouches for comes back under a token of the new version.
        try await end(blocked, browser: nil)
        #expect(try #require(try await endings().last { $0.holder.uuid == blocked.customerID.uuid }?.validFromVersion) > version)
    }
}

import AccountsService
import Contracts
import Foundation
import Testing

@Suite struct `Access that was lost` {
    let accounts: AccountsUnderTest

    init() async throws { accounts = try await AccountsUnderTest() }

    private func invite(_ email: String, name: String = "Bruno", role: Role = .agent, id: UserID = .new()) async throws -> CreatedUser {
        try await accounts.ask(CreateUser(principal: accounts.administrator, id: id, email: email, name: name, role: role))
    }

    private func accept(_ token: String?, _ password: String = AccountsUnderTest.password) async throws {
        _ = try await accounts.ask(AcceptInvitation(token: try #require(token), password: password))
    }

    private func resend(_ user: UserID, order: Identifier<OneTimeLink> = .new()) async throws -> OneTimeLink {
        try await accounts.ask(ResendInvitation(principal: accounts.administrator, userID: user, order: order))
    }

    private func reset(_ user: UserID, order: Identifier<OneTimeLink> = .new()) async throws -> OneTimeLink {
        try await accounts.ask(ResetPassword(principal: accounts.administrator, userID: user, order: order))
    }

    private func access(_ email: String) async throws -> UserAccess? {
        try await accounts.ask(ListUsers(principal: accounts.administrator, limit: 200)).items.first { $0.email == email }?.access
    }

    @Test func `comes back when the address is invited again`() async throws {
        let first = try await invite("bruno@acme.example")
        let order = UserID.new()
        let second = try await invite("Bruno@acme.example", name: "Bruno Lund", role: .supervisor, id: order)
        #expect(second.user.id == first.user.id)
        #expect(second.user.name == "Bruno Lund" && second.user.role == .supervisor)
        #expect(second.invitationToken != first.invitationToken)
        #expect(try await invite("bruno@acme.example", name: "Bruno Lund", role: .supervisor, id: order) == second, "a repeat is the same")
        await #expect(throws: AccountsError.invitationInvalid) { try await accept(first.invitationToken) }
        try await accept(second.invitationToken)
        _ = try await accounts.signIn("bruno@acme.example")
        await #expect(throws: AccountsError.emailTaken(field: "email")) { try await invite("bruno@acme.example") }
        let changes = try await accounts.events().filter { $0.subject == "accounts.user-changed" }
        #expect(changes.count == 1, "router hears of the new role, once")
    }

    @Test func `comes back by a fresh invitation, and the old link ends`() async throws {
        let invited = try await invite("bruno@acme.example")
        accounts.clock.advance(by: 8 * 86_400)
        #expect(try await access("bruno@acme.example")?.linkExpiresAt == nil)
        let order = Identifier<OneTimeLink>.new()
        let again = try await resend(invited.user.id, order: order)
        #expect(again.purpose == .invitation && again.expiresAt == accounts.clock.now.addingTimeInterval(7 * 86_400))
        #expect(try await resend(invited.user.id, order: order) == again, "a repeat is the same")
        #expect(try await access("bruno@acme.example")?.linkExpiresAt == again.expiresAt)
        let newest = try await resend(invited.user.id)
        await #expect(throws: AccountsError.invitationInvalid) { try await accept(again.token) }
        try await accept(newest.token)
        _ = try await accounts.signIn("bruno@acme.example")
        await #expect(throws: AccountsError.invitationAccepted) { try await resend(invited.user.id) }
    }

    @Test func `comes back by a reset, which ends the old password and every session at once`() async throws {
        let bruno = try await accounts.user("Bruno")
        let tokens = try await accounts.signIn("bruno@acme.example")
        let link = try await reset(bruno.id)
        #expect(link.purpose == .reset && link.expiresAt == accounts.clock.now.addingTimeInterval(86_400))
        await #expect(throws: AccountsError.signInFailed) { try await accounts.signIn("bruno@acme.example") }
        await #expect(throws: AccountsError.refreshTokenInvalid) {
            try await accounts.ask(RefreshTokens(refreshToken: tokens.refreshToken))
        }
        #expect(try await access("bruno@acme.example")?.state == .reset)
        await #expect(throws: AccountsError.invitationAccepted) { try await resend(bruno.id) }
        await #expect(throws: AccountsError.emailTaken(field: "email")) { try await invite("bruno@acme.example") }
        try await accept(link.token, "another horse battery")
        _ = try await accounts.signIn("bruno@acme.example", "another horse battery")
        #expect(try await access("bruno@acme.example")?.state == .ready)
    }

    @Test func `comes back by the newest reset link only, for a day, and once`() async throws {
        let bruno = try await accounts.user("Bruno")
        let (first, second) = (try await reset(bruno.id), try await reset(bruno.id))
        await #expect(throws: AccountsError.invitationInvalid) { try await accept(first.token) }
        accounts.clock.advance(by: 86_400)
        await #expect(throws: AccountsError.invitationInvalid) { try await accept(second.token) }
        let order = Identifier<OneTimeLink>.new()
        let third = try await reset(bruno.id, order: order)
        try await accept(third.token)
        await #expect(throws: AccountsError.idReused(field: "Idempotency-Key")) { try await reset(bruno.id, order: order) }
        _ = try await accounts.signIn("bruno@acme.example")
    }

    @Test func `is no way around who may do what`() async throws {
        let bruno = try await accounts.user("Bruno")
        let invited = try await invite("carla@acme.example")
        await #expect(throws: AccountsError.ownPassword) { try await reset(accounts.ana.id) }
        await #expect(throws: AccountsError.invitationOpen) { try await reset(invited.user.id) }
        let unknown = UserID.new()
        await #expect(throws: AccountsError.userNotFound(id: unknown)) { try await reset(unknown) }
        _ = try await accounts.administration.changeUser(tenant: accounts.tenant.id, user: bruno.id, disabled: true)
        await #expect(throws: AccountsError.userDisabled) { try await reset(bruno.id) }
        for role in [Role.supervisor, .agent, .viewer, .service, .customer] {
            let principal = accounts.principal(role)
            await #expect(throws: AccountsError.roleMayNot(role: role.rawValue)) {
                try await accounts.ask(ResetPassword(principal: principal, userID: bruno.id, order: .new()))
            }
            await #expect(throws: AccountsError.roleMayNot(role: role.rawValue)) {
                try await accounts.ask(ResendInvitation(principal: principal, userID: invited.user.id, order: .new()))
            }
        }
        let other = try await accounts.administration.createTenant(name: "Globex", slug: "globex")
        let eve = try await accounts.administration.createUser(
            tenant: other.id, email: "eve@globex.example", name: "Eve", role: .administrator, password: AccountsUnderTest.password
        ).user
        let stranger = Principal(clientID: other.id, subject: eve.id, role: .administrator, name: "Eve")
        await #expect(throws: AccountsError.userNotFound(id: bruno.id)) {
            try await accounts.ask(ResetPassword(principal: stranger, userID: bruno.id, order: .new()))
        }
    }

    @Test func `does not leave a company without an administrator`() async throws {
        let globex = try await accounts.administration.createTenant(name: "Globex", slug: "globex").id
        func create(_ role: Role) async throws {
            _ = try await accounts.administration.createUser(
                tenant: globex, email: "eve@globex.example", name: "Eve", role: role, password: nil)
        }
        try await create(.administrator)
        await #expect(throws: AccountsError.lastAdministrator) { try await create(.agent) }
        try await create(.administrator)
    }
}

@Suite struct `Where somebody is signed in` {
    let accounts: AccountsUnderTest

    init() async throws { accounts = try await AccountsUnderTest() }

    private func list(_ user: UserID, by principal: Principal) async throws -> [SignInSummary] {
        try await accounts.ask(ListSignIns(principal: principal, userID: user)).items
    }

    @Test func `is listed with what was said there, the one used last first`() async throws {
        let first = try await accounts.ask(
            SignIn(email: "ana@acme.example", password: AccountsUnderTest.password, address: "192.0.2.1", userAgent: "Firefox/1\u{7}"))
        accounts.clock.advance(by: 60)
        _ = try await accounts.signIn(address: "192.0.2.2")
        accounts.clock.advance(by: 60)
        _ = try await accounts.ask(RefreshTokens(refreshToken: first.refreshToken))
        let listed = try await list(accounts.ana.id, by: accounts.administrator)
        #expect(listed.map(\.address) == ["192.0.2.1", "192.0.2.2"])
        #expect(listed.map(\.device) == ["Firefox/1", nil])
        #expect(listed[0].lastUsedAt == accounts.clock.now)
        accounts.clock.advance(by: 30 * 86_400)
        #expect(try await list(accounts.ana.id, by: accounts.administrator).isEmpty, "unused sign-ins end")
    }

    @Test func `can be ended one by one, or all`() async throws {
        let bruno = try await accounts.user("Bruno")
        let kept = try await accounts.signIn("bruno@acme.example")
        accounts.clock.advance(by: 1)
        let ended = try await accounts.signIn("bruno@acme.example")
        let newest = try #require(try await list(bruno.id, by: accounts.administrator).first)
        for _ in 1...2 {
            _ = try await accounts.ask(EndSignIns(principal: accounts.administrator, userID: bruno.id, signInID: newest.id))
        }
        await #expect(throws: AccountsError.refreshTokenInvalid) { try await accounts.ask(RefreshTokens(refreshToken: ended.refreshToken)) }
        let next = try await accounts.ask(RefreshTokens(refreshToken: kept.refreshToken))
        await #expect(throws: AccountsError.signInNotFound) {
            try await accounts.ask(EndSignIns(principal: accounts.administrator, userID: accounts.ana.id, signInID: newest.id))
        }
        _ = try await accounts.ask(EndSignIns(principal: accounts.administrator, userID: bruno.id))
        await #expect(throws: AccountsError.refreshTokenInvalid) { try await accounts.ask(RefreshTokens(refreshToken: next.refreshToken)) }
        #expect(try await list(bruno.id, by: accounts.administrator).isEmpty)
    }

    @Test func `is nobody else's business, but the administrators'`() async throws {
        let bruno = try await accounts.user("Bruno")
        _ = try await accounts.signIn("bruno@acme.example")
        let own = Principal(clientID: accounts.tenant.id, subject: bruno.id, role: .agent, name: "Bruno")
        #expect(try await list(bruno.id, by: own).count == 1)
        await #expect(throws: AccountsError.roleMayNot(role: "supervisor")) {
            try await list(bruno.id, by: accounts.principal(.supervisor))
        }
        await #expect(throws: AccountsError.roleMayNot(role: "agent")) {
            try await accounts.ask(EndSignIns(principal: own, userID: accounts.ana.id))
        }
        _ = try await accounts.ask(EndSignIns(principal: own, userID: bruno.id))
        #expect(try await list(bruno.id, by: own).isEmpty)
    }
}

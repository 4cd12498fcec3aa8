import AccountsService
import Contracts
import Foundation
import Testing

@Suite struct `The audit` {
    let accounts: AccountsUnderTest

    init() async throws { accounts = try await AccountsUnderTest() }

    /// What was added by the work, the oldest first.
    private func entries(of work: () async throws -> Void) async throws -> [SettingsAuditEntry] {
        func all() async throws -> [SettingsAuditEntry] {
            try await accounts.ask(ListSettingsAudit(principal: accounts.administrator, limit: 20)).items
        }
        let before = Set(try await all().map(\.id))
        try await work()
        return try await all().filter { !before.contains($0.id) }.reversed()
    }

    private static func changed(_ entry: SettingsAuditEntry) -> Set<String> {
        guard case .object(let before) = entry.before, case .object(let after) = entry.after else { return [] }
        return Set(Set(before.keys).union(after.keys).filter { before[$0] != after[$0] })
    }

    @Test func `keeps who made, changed, disabled and enabled a user, once each`() async throws {
        let (administrator, id) = (accounts.administrator, UserID.new())
        let create = CreateUser(
            principal: administrator, id: id, email: "bruno@acme.example", name: "Bruno", role: .agent, password: AccountsUnderTest.password
        )
        let made = try await entries {
            for _ in 1...2 { _ = try await accounts.ask(create) }
        }
        let entry = try #require(made.first)
        #expect(made.count == 1, "a repeated order is one")
        #expect(entry.actor == .init(id: accounts.ana.id, name: "Ana") && entry.setting == "user" && entry.at == accounts.clock.now)
        #expect(entry.before == [:])
        #expect(
            entry.after == [
                "id": .string(id.description), "email": "bruno@acme.example", "name": "Bruno", "role": "agent", "disabled": false,
                "has_password": true,
            ])
        let changes: [(UpdateUser, Set<String>)] = [
            (UpdateUser(principal: administrator, id: id, role: .supervisor), ["role"]),
            (UpdateUser(principal: administrator, id: id, name: "Bruno Lund"), ["name"]),
            (UpdateUser(principal: administrator, id: id, disabled: true), ["disabled"]),
            (UpdateUser(principal: administrator, id: id, disabled: false), ["disabled"]),
        ]
        for (change, members) in changes {
            let changed = try await entries {
                for _ in 1...2 { _ = try await accounts.ask(change) }
            }
            #expect(changed.map(Self.changed) == [members])
            #expect(changed.map(\.actor.id) == [accounts.ana.id])
        }
    }

    @Test func `keeps invitations and resets, once each, without their links`() async throws {
        let administrator = accounts.administrator
        let create = CreateUser(principal: administrator, id: .new(), email: "bruno@acme.example", name: "Bruno", role: .agent)
        var secrets: [String] = []
        let invited = try await entries {
            for _ in 1...2 { secrets.append(try #require(try await accounts.ask(create).invitationToken)) }
        }
        #expect(invited.count == 1 && invited[0].after["link"]?["purpose"]?.string == "invitation")
        #expect(invited[0].after["has_password"] == false)
        let resend = ResendInvitation(principal: administrator, userID: create.id, order: .new())
        let again = try await entries {
            for _ in 1...2 { secrets.append(try await accounts.ask(resend).token) }
        }
        #expect(again.map(Self.changed) == [["link"]])
        _ = try await accounts.ask(AcceptInvitation(token: try #require(secrets.last), password: AccountsUnderTest.password))
        let reset = ResetPassword(principal: administrator, userID: create.id, order: .new())
        let lost = try await entries {
            for _ in 1...2 { secrets.append(try await accounts.ask(reset).token) }
        }
        #expect(lost.map(Self.changed) == [["link", "has_password"]])
        #expect(lost.first?.after["link"]?["purpose"]?.string == "reset")
        try await expectNothingOf(secrets + [AccountsUnderTest.password])
    }

    @Test func `keeps ended sessions that somebody ordered, and not a user's own signing out`() async throws {
        let bruno = try await accounts.user("Bruno")
        let tokens = try await [
            accounts.signIn("bruno@acme.example"), accounts.signIn("bruno@acme.example"), accounts.signIn("bruno@acme.example"),
        ]
        let signIns = try await accounts.ask(ListSignIns(principal: accounts.administrator, userID: bruno.id)).items
        let one = try #require(signIns.first)
        let ended = try await entries {
            for only in [one.id, one.id, nil] {
                _ = try await accounts.ask(EndSignIns(principal: accounts.administrator, userID: bruno.id, signInID: only))
            }
        }
        #expect(ended.map(Self.changed) == [["sign_in"], ["sign_ins"]])
        #expect(ended.first?.before["sign_in"]?.string == one.id.description)
        #expect(ended.last?.before["sign_ins"]?.integer == 2 && ended.last?.after["sign_ins"]?.integer == 0)
        let own = try await accounts.signIn("bruno@acme.example")
        #expect(try await entries { _ = try await accounts.ask(SignOut(refreshToken: own.refreshToken)) }.isEmpty)
        try await expectNothingOf(tokens.flatMap { [$0.refreshToken, $0.accessToken] })
    }

    @Test func `keeps keys that were made and revoked, without the key`() async throws {
        let create = CreateAPIKey(principal: accounts.administrator, id: .new(), name: "Webshop", scopes: [.conversationsRead])
        var secret = ""
        let kept = try await entries {
            for _ in 1...2 { secret = try await accounts.ask(create).key }
            for _ in 1...2 { _ = try await accounts.ask(RevokeAPIKey(principal: accounts.administrator, id: create.id)) }
        }
        #expect(kept.map(\.setting) == ["key", "key"] && kept.map(\.actor.name) == ["Ana", "Ana"])
        #expect(kept.first?.before == [:] && kept.first?.after["name"]?.string == "Webshop")
        #expect(kept.first?.after["scopes"] == ["conversations:read"])
        #expect(kept.last.map(Self.changed) == ["revoked"])
        #expect(secret.hasPrefix("sk_"))
        try await expectNothingOf([secret, String(secret.prefix(APIKey.shownLength))])
    }

    @Test func `names the operator, and is nobody's who was refused`() async throws {
        let kept = try await entries { try await accounts.user("Bruno") }
        #expect(kept.map(\.actor) == [.operator])
        let agent = try await accounts.somebody(.agent)
        let refused = try await entries {
            await #expect(throws: AccountsError.roleMayNot(role: "agent")) {
                try await accounts.ask(CreateAPIKey(principal: agent, id: .new(), name: "Mine"))
            }
            await #expect(throws: AccountsError.ownAccount(field: "role")) {
                try await accounts.ask(UpdateUser(principal: accounts.administrator, id: accounts.ana.id, role: .agent))
            }
        }
        #expect(refused.isEmpty)
    }

    private func expectNothingOf(_ secrets: [String]) async throws {
        let rows = try await accounts.database.query(
            .tenant(accounts.tenant.id), "SELECT settings_audit::text AS text FROM accounts.settings_audit")
        let texts: [String] = try rows.map { try $0["text"] }
        #expect(!texts.isEmpty && secrets.allSatisfy { !$0.isEmpty })
        for secret in secrets { #expect(texts.allSatisfy { !$0.contains(secret) }) }
    }
}

import AccountsService
import Contracts
import Foundation
import Storage
import Testing
import Tokens

@Suite struct `A refresh token` {
    let accounts: AccountsUnderTest

    init() async throws { accounts = try await AccountsUnderTest() }

    private func refresh(_ token: String) async throws -> TokenPair { try await accounts.ask(RefreshTokens(refreshToken: token)) }

    @Test func `is exchanged for another one, again and again`() async throws {
        var token = try await accounts.signIn().refreshToken
        var seen: Set<String> = [token]
        for _ in 1...5 {
            accounts.clock.advance(by: 600)
            token = try await refresh(token).refreshToken
            #expect(seen.insert(token).inserted)
            #expect(Base64URL.decode(token)?.count == 32)
        }
    }

    @Test func `whose answer was lost gets the same successor again`() async throws {
        let first = try await accounts.signIn().refreshToken
        let lost = try await refresh(first)
        accounts.clock.advance(by: 5)
        let again = try await refresh(first)
        #expect(again.refreshToken == lost.refreshToken)
        #expect(again.accessToken != lost.accessToken)
        accounts.clock.advance(by: 600)
        _ = try await refresh(again.refreshToken)
    }

    @Test func `that comes twice at once gets one successor`() async throws {
        let first = try await accounts.signIn().refreshToken
        let successors = try await withThrowingTaskGroup { group in
            for _ in 1...8 { group.addTask { try await refresh(first).refreshToken } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(successors.count == 1)
    }

    @Test func `that comes again later ends the whole sign-in`() async throws {
        let first = try await accounts.signIn().refreshToken
        let other = try await accounts.signIn().refreshToken
        let second = try await refresh(first).refreshToken
        accounts.clock.advance(by: RefreshRotation.graceSeconds)
        await #expect(throws: AccountsError.refreshTokenReused) { try await refresh(first) }
        await #expect(throws: AccountsError.refreshTokenInvalid) { try await refresh(second) }
        _ = try await refresh(other)  // another sign-in of the same user goes on
    }

    @Test func `that comes again after its successor was used ends the whole sign-in`() async throws {
        let first = try await accounts.signIn().refreshToken
        let second = try await refresh(first).refreshToken
        let third = try await refresh(second).refreshToken
        await #expect(throws: AccountsError.refreshTokenReused) { try await refresh(first) }
        await #expect(throws: AccountsError.refreshTokenInvalid) { try await refresh(third) }
    }

    @Test func `ends after thirty days unused, and after ninety whatever is done`() async throws {
        let idle = try await accounts.signIn().refreshToken
        var used = try await accounts.signIn().refreshToken
        for _ in 1...3 {
            accounts.clock.advance(by: 29 * 86_400)
            used = try await refresh(used).refreshToken
        }
        await #expect(throws: AccountsError.refreshTokenInvalid) { try await refresh(idle) }
        accounts.clock.advance(by: 3 * 86_400)
        await #expect(throws: AccountsError.refreshTokenInvalid) { try await refresh(used) }
    }

    @Test func `ends with sign-out, and sign-out repeated is done`() async throws {
        let pair = try await accounts.signIn()
        for _ in 1...2 { _ = try await accounts.ask(SignOut(refreshToken: pair.refreshToken)) }
        await #expect(throws: AccountsError.refreshTokenInvalid) { try await refresh(pair.refreshToken) }
        _ = try await accounts.ask(SignOut(refreshToken: "never given out"))
    }

    @Test func `ends when its user is disabled, and says today's role`() async throws {
        let bruno = try await accounts.user("Bruno")
        var token = try await accounts.signIn("bruno@acme.example").refreshToken
        _ = try await accounts.ask(UpdateUser(principal: accounts.administrator, id: bruno.id, role: .supervisor))
        let pair = try await refresh(token)
        token = pair.refreshToken
        let payload = try TokenVerifier.payload(of: pair.accessToken, keys: accounts.keys.verification, algorithms: ["EdDSA"])
        #expect(try JSON.decode(JSONValue.self, from: payload)["role"] == "supervisor")
        _ = try await accounts.ask(UpdateUser(principal: accounts.administrator, id: bruno.id, disabled: true))
        await #expect(throws: AccountsError.refreshTokenInvalid) { try await refresh(token) }
        _ = try await accounts.ask(UpdateUser(principal: accounts.administrator, id: bruno.id, disabled: false))
        await #expect(throws: AccountsError.refreshTokenInvalid) { try await refresh(token) }
        _ = try await accounts.signIn("bruno@acme.example")
    }

    @Test func `that was never given out is refused`() async throws {
        for token in ["", "x", "null\0byte", String(repeating: "A", count: 43)] {
            await #expect(throws: AccountsError.refreshTokenInvalid) { try await refresh(token) }
        }
    }

    @Test func `does not stand in the database, nor does what leads to it`() async throws {
        let first = try await accounts.signIn().refreshToken
        let second = try await refresh(first).refreshToken
        let rows = try await accounts.database.query(
            .tenant(accounts.tenant.id), "SELECT to_jsonb(t)::text AS row FROM accounts.refresh_tokens t")
        #expect(rows.count == 2)
        let hexadecimal = { (text: String) in text.utf8.map { String($0, radix: 16) }.joined() }
        for row in rows {
            let text: String = try row["row"]
            for token in [first, second] { #expect(!text.contains(token) && !text.contains(hexadecimal(token))) }
        }
    }
}

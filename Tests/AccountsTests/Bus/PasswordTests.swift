import AccountsService
import Contracts
import Testing

@Suite struct `A password` {
    let accounts: AccountsUnderTest

    init() async throws { accounts = try await AccountsUnderTest() }

    private func change(
        _ current: String = AccountsUnderTest.password, to new: String, keeping refreshToken: String? = nil
    ) async throws {
        _ = try await accounts.ask(
            ChangePassword(
                principal: accounts.administrator, currentPassword: current, newPassword: new, refreshToken: refreshToken))
    }

    @Test func `is changed by who knows it, which ends the other sign-ins`() async throws {
        let mine = try await accounts.signIn().refreshToken
        let other = try await accounts.signIn().refreshToken
        try await change(to: "a new password", keeping: mine)
        _ = try await accounts.ask(RefreshTokens(refreshToken: mine))
        await #expect(throws: AccountsError.refreshTokenInvalid) { try await accounts.ask(RefreshTokens(refreshToken: other)) }
        await #expect(throws: AccountsError.signInFailed) { try await accounts.signIn() }
        _ = try await accounts.signIn("ana@acme.example", "a new password")
    }

    @Test func `change that is repeated is done`() async throws {
        try await change(to: "a new password")
        try await change(to: "a new password")
        _ = try await accounts.signIn("ana@acme.example", "a new password")
    }

    @Test func `is not changed by a guess, and guesses are counted`() async throws {
        for _ in 1...10 {
            await #expect(throws: AccountsError.passwordWrong) { try await change("wrong horse battery", to: "a new password") }
        }
        await #expect(throws: AccountsError.tooManyAttempts(retryAfterSeconds: 6)) { try await change(to: "a new password") }
        _ = try await accounts.signIn()
    }

    @Test(arguments: [
        ("short", AccountsError.passwordTooWeak(field: "new_password", detail: "must have at least 10 characters")),
        (String(repeating: "ab", count: 501), .fieldInvalid(field: "new_password", detail: "must have at most 1000 characters")),
        ("ana@acme.example", .passwordTooWeak(field: "new_password", detail: "must not be the e-mail address")),
        ("aaaaaaaaaaaa", .passwordTooWeak(field: "new_password", detail: "must not be one character repeated")),
    ])
    func `that is too weak is refused with the reason`(_ password: String, _ error: AccountsError) async throws {
        await #expect(throws: error) { try await change(to: password) }
    }

    @Test func `may have any characters, however the keyboard writes them`() async throws {
        try await change(to: "pa\u{0308}sswo\u{0308}rd \u{1F511} \0")
        _ = try await accounts.signIn("ana@acme.example", "p\u{e4}ssw\u{f6}rd \u{1F511} \0")
    }

    @Test func `of programs and visitors does not exist`() async throws {
        for role in [Role.service, .customer] {
            await #expect(throws: AccountsError.roleMayNot(role: role.rawValue)) {
                try await accounts.ask(
                    ChangePassword(
                        principal: accounts.principal(role), currentPassword: AccountsUnderTest.password, newPassword: "a new password"))
            }
        }
    }
}

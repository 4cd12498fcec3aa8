import AccountsService
import Contracts
import Testing

@Suite struct `An invitation` {
    let accounts: AccountsUnderTest

    init() async throws { accounts = try await AccountsUnderTest() }

    private func invite(_ id: UserID = .new(), email: String = "bruno@acme.example") async throws -> CreatedUser {
        try await accounts.ask(CreateUser(principal: accounts.administrator, id: id, email: email, name: "Bruno", role: .agent))
    }

    private func accept(_ token: String?, _ password: String = AccountsUnderTest.password) async throws {
        _ = try await accounts.ask(AcceptInvitation(token: try #require(token), password: password))
    }

    @Test func `sets the first password, once`() async throws {
        let invited = try await invite()
        #expect(invited.invitationExpiresAt == accounts.clock.now.addingTimeInterval(7 * 86_400))
        await #expect(throws: AccountsError.passwordTooWeak(field: "password", detail: "must have at least 10 characters")) {
            try await accept(invited.invitationToken, "short")
        }
        try await accept(invited.invitationToken)
        _ = try await accounts.signIn("bruno@acme.example")
        await #expect(throws: AccountsError.invitationInvalid) { try await accept(invited.invitationToken, "another password") }
        try await accept(invited.invitationToken)  // the repeat whose first answer was lost
        _ = try await accounts.signIn("bruno@acme.example")
    }

    @Test func `that was used is no way to guess the password`() async throws {
        let token = try await invite().invitationToken
        try await accept(token)
        for _ in 1...10 {
            await #expect(throws: AccountsError.invitationInvalid) { try await accept(token, "wrong horse battery") }
        }
        await #expect(throws: AccountsError.tooManyAttempts(retryAfterSeconds: 6)) { try await accept(token) }
        accounts.clock.advance(by: 600)
        await #expect(throws: AccountsError.invitationInvalid) { try await accept(token) }
    }

    @Test func `accepted by two at once sets one password`() async throws {
        let token = try await invite().invitationToken
        let passwords = (1...4).map { "password number \($0)" }
        let accepted = await withTaskGroup { group in
            for password in passwords {
                group.addTask { () -> String? in
                    do {
                        try await accept(token, password)
                        return password
                    } catch {
                        return nil
                    }
                }
            }
            return await group.reduce(into: [String]()) { if let password = $1 { $0.append(password) } }
        }
        try #require(accepted.count == 1)
        _ = try await accounts.signIn("bruno@acme.example", accepted[0])
    }

    @Test func `ends after seven days, and with its user`() async throws {
        let late = try await invite().invitationToken
        accounts.clock.advance(by: 7 * 86_400)
        await #expect(throws: AccountsError.invitationInvalid) { try await accept(late) }
        let carla = try await invite(email: "carla@acme.example")
        _ = try await accounts.ask(UpdateUser(principal: accounts.administrator, id: carla.user.id, disabled: true))
        await #expect(throws: AccountsError.invitationInvalid) { try await accept(carla.invitationToken) }
        await #expect(throws: AccountsError.invitationInvalid) { try await accept("never given out\0") }
    }

    @Test func `is the same when its order is repeated, until it is used`() async throws {
        let id = UserID.new()
        let first = try await invite(id)
        #expect(first.invitationToken != nil)
        accounts.clock.advance(by: 5)
        #expect(try await invite(id) == first)
        try await accept(first.invitationToken)
        let after = try await invite(id)
        #expect(after.user == first.user && after.invitationToken == nil)
    }

    @Test func `given out by the command line works too`() async throws {
        let made = try await accounts.administration.createUser(
            tenant: accounts.tenant.id, email: "dora@acme.example", name: "Dora", role: .viewer, password: nil)
        try await accept(made.invitationToken)
        _ = try await accounts.signIn("dora@acme.example")
    }
}

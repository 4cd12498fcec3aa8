import AccountsService
import Bus
import Contracts
import Foundation
import Testing

@Suite struct `A user` {
    let accounts: AccountsUnderTest

    init() async throws { accounts = try await AccountsUnderTest() }

    private func create(
        _ id: UserID = .new(), email: String = "bruno@acme.example", name: String = "Bruno", role: Role = .agent,
        password: String? = AccountsUnderTest.password, by principal: Principal? = nil
    ) async throws -> CreatedUser {
        try await accounts.ask(
            CreateUser(
                principal: principal ?? accounts.administrator, id: id, email: email, name: name, role: role, password: password))
    }

    private func update(
        _ id: UserID, name: String? = nil, role: Role? = nil, disabled: Bool? = nil, by principal: Principal? = nil
    ) async throws -> UserAccount {
        try await accounts.ask(
            UpdateUser(principal: principal ?? accounts.administrator, id: id, name: name, role: role, disabled: disabled))
    }

    @Test func `is made once, however often it is ordered, and said once`() async throws {
        let id = UserID.new()
        let made = try await create(id)
        #expect(made.invitationToken == nil)
        accounts.clock.advance(by: 1)
        #expect(try await create(id) == made)
        await #expect(throws: AccountsError.idReused(field: "id")) { try await create(id, name: "Carla") }
        await #expect(throws: AccountsError.idReused(field: "id")) { try await create(id, password: "another password") }
        await #expect(throws: AccountsError.idReused(field: "id")) { try await create(id, password: nil) }
        _ = try await update(id, name: "Bruno B.")
        #expect(try await create(id).user.name == "Bruno B.")  // the order is the same, whatever happened since
        let said = try await accounts.events().filter { $0.key == id.uuid }
        #expect(said.map(\.subject) == ["accounts.user-created", "accounts.user-changed"])  // a name ends nothing
        let event = try JSON.decode(UserCreated.self, from: said[0].payload)
        #expect(event.user == made.user)
    }

    @Test func `ordered many times at once is made once`() async throws {
        let id = UserID.new()
        let answers = try await withThrowingTaskGroup { group in
            for _ in 1...8 { group.addTask { try await create(id) } }
            return try await group.reduce(into: [CreatedUser]()) { $0.append($1) }
        }
        #expect(answers.count == 8 && answers.allSatisfy { $0 == answers[0] })
        #expect(try await accounts.events().count { $0.key == id.uuid } == 1)
    }

    @Test func `has an e-mail of its own within the company`() async throws {
        _ = try await create()
        await #expect(throws: AccountsError.emailTaken(field: "email")) { try await create(email: "BRUNO@acme.example") }
        let other = try await accounts.administration.createTenant(name: "Other", slug: "other")
        _ = try await accounts.administration.createUser(
            tenant: other.id, email: "bruno@acme.example", name: "Bruno", role: .agent, password: nil)
        #expect(try await accounts.events().count { $0.subject == "accounts.user-created" } == 3)
    }

    @Test(arguments: [
        ("", "Bruno", Role.agent, "email", "must not be empty"), ("bruno", "Bruno", .agent, "email", "must look like name@company.example"),
        ("bruno@acme", "Bruno", .agent, "email", "must look like name@company.example"),
        ("b runo@acme.example", "Bruno", .agent, "email", "must look like name@company.example"),
        ("bruno@acme.example", " \n ", .agent, "name", "is empty, or nothing in it can be seen"),
        ("bruno@acme.example", String(repeating: "b", count: 201), .agent, "name", "has 201 characters; at most 200 are taken"),
        ("bruno@acme.example", "Bruno", .service, "role", "must be admin, supervisor, agent or viewer"),
        ("bruno@acme.example", "Bruno", .customer, "role", "must be admin, supervisor, agent or viewer"),
        ("bruno@acme.example", "Bruno", Role(rawValue: "king"), "role", "must be admin, supervisor, agent or viewer"),
    ])
    func `with a bad field is refused by its name`(_ email: String, _ name: String, _ role: Role, _ field: String, _ detail: String)
        async throws
    {
        await #expect(throws: AccountsError.fieldInvalid(field: field, detail: detail)) {
            try await create(email: email, name: name, role: role)
        }
    }

    @Test func `with a NUL in it never reaches the database`() async throws {
        await #expect(throws: AccountsError.fieldInvalid(field: "email", detail: "must look like name@company.example")) {
            try await create(email: "bruno\0@acme.example")
        }
        await #expect(throws: AccountsError.fieldInvalid(field: "name", detail: "contains the control character U+0000; leave it out")) {
            try await create(name: "Bru\0no")
        }
    }

    @Test func `is changed, and said only if it was`() async throws {
        let id = try await create().user.id
        let before = try await accounts.events().count
        let changed = try await update(id, name: "Bruno B.", role: .supervisor)
        #expect(changed.name == "Bruno B." && changed.role == .supervisor && !changed.disabled)
        #expect(try await update(id, name: "Bruno B.", role: .supervisor, disabled: false) == changed)
        #expect(try await accounts.events().dropFirst(before).map(\.subject) == ["accounts.user-changed", "accounts.access-ended"])
        #expect(try await update(id, disabled: true).disabled)
        #expect(try await update(id, disabled: true).disabled)
        #expect(try await accounts.events().count == before + 4)
        let unknown = UserID.new()
        await #expect(throws: AccountsError.userNotFound(id: unknown)) { try await update(unknown, name: "Nobody") }
    }

    /// The operator's own orders: nobody in the company may say this of themselves, nor is anybody else there to say it.
    @Test func `who is the last administrator stays one`() async throws {
        func order(_ id: UserID, role: Role? = nil, disabled: Bool? = nil) async throws {
            _ = try await accounts.users.change(id, of: accounts.tenant.id, name: nil, role: role, disabled: disabled)
        }
        await #expect(throws: AccountsError.lastAdministrator) { try await order(accounts.ana.id, disabled: true) }
        await #expect(throws: AccountsError.lastAdministrator) { try await order(accounts.ana.id, role: .agent) }
        // One who was invited and never came cannot replace her.
        _ = try await create(email: "carla@acme.example", role: .administrator, password: nil)
        await #expect(throws: AccountsError.lastAdministrator) { try await order(accounts.ana.id, disabled: true) }
        let dora = try await create(email: "dora@acme.example", role: .administrator).user.id
        try await order(accounts.ana.id, role: .agent)
        await #expect(throws: AccountsError.lastAdministrator) { try await order(dora, disabled: true) }
    }

    @Test func `of two last administrators who disable each other at once, one stays`() async throws {
        let bruno = try await create(role: .administrator).user
        let outcomes = await withTaskGroup { group in
            for (id, other) in [(accounts.ana.id, bruno.id), (bruno.id, accounts.ana.id)] {
                group.addTask { () -> Bool in
                    do {
                        let principal = Principal(clientID: accounts.tenant.id, subject: other, role: .administrator, name: "")
                        _ = try await update(id, disabled: true, by: principal)
                        return true
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(outcomes.count { $0 } == 1)
    }

    @Test func `is listed by e-mail, page by page`() async throws {
        for index in 1...5 { _ = try await create(email: "user\(index)@acme.example") }
        var emails: [String] = []
        var cursor: String?
        repeat {
            let page = try await accounts.ask(ListUsers(principal: accounts.administrator, limit: 2, cursor: cursor))
            #expect(page.items.count == 2)
            emails += page.items.map(\.email)
            cursor = page.nextCursor
        } while cursor != nil
        #expect(emails == ["ana@acme.example"] + (1...5).map { "user\($0)@acme.example" })
        await #expect(throws: AccountsError.fieldInvalid(field: "cursor", detail: ListCursor.problem)) {
            try await accounts.ask(ListUsers(principal: accounts.administrator, limit: 2, cursor: "?"))
        }
        await #expect(throws: AccountsError.fieldInvalid(field: "limit", detail: "must be between 1 and 200")) {
            try await accounts.ask(ListUsers(principal: accounts.administrator, limit: 201))
        }
    }

    @Test(arguments: [Role.supervisor, .agent, .viewer, .service, .customer])
    func `is the administrators' business`(_ role: Role) async throws {
        let principal = accounts.principal(role)
        let refused = AccountsError.roleMayNot(role: role.rawValue)
        await #expect(throws: refused) { try await create(by: principal) }
        await #expect(throws: refused) { try await accounts.ask(UpdateUser(principal: principal, id: accounts.ana.id, name: "X")) }
        await #expect(throws: refused) { try await accounts.ask(ListUsers(principal: principal, limit: 2)) }
        await #expect(throws: refused) { try await accounts.ask(CreateAPIKey(principal: principal, id: .new(), name: "X")) }
        await #expect(throws: refused) { try await accounts.ask(ListAPIKeys(principal: principal, limit: 2)) }
        await #expect(throws: refused) { try await accounts.ask(RevokeAPIKey(principal: principal, id: .new())) }
        await #expect(throws: refused) { try await accounts.ask(SaveSite(principal: principal, id: .new(), isNew: true, name: "X")) }
        await #expect(throws: refused) { try await accounts.ask(ListSites(principal: principal, limit: 2)) }
        await #expect(throws: refused) { try await accounts.ask(GetSite(principal: principal, id: .new())) }
        await #expect(throws: refused) { try await accounts.ask(RotateIdentitySecret(principal: principal, id: .new())) }
    }

    @Test func `of another company does not exist`() async throws {
        let other = try await accounts.administration.createTenant(name: "Other", slug: "other")
        let stranger = try await accounts.somebody(.administrator, of: other.id)
        await #expect(throws: AccountsError.userNotFound(id: accounts.ana.id)) {
            try await accounts.ask(UpdateUser(principal: stranger, id: accounts.ana.id, name: "X"))
        }
        #expect(try await accounts.ask(ListUsers(principal: stranger, limit: 10)).items.map(\.id) == [stranger.subject])
        await #expect(throws: BusError.self) {
            try await accounts.ask(ListUsers(principal: accounts.administrator, limit: 10), clientID: other.id)
        }
    }
}

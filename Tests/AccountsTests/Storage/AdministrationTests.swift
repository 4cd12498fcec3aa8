import AccountsService
import Contracts
import Testing

@Suite struct `From the command line` {
    let accounts: AccountsUnderTest

    init() async throws { accounts = try await AccountsUnderTest() }

    @Test func `a company is made once`() async throws {
        let id = TenantID.new()
        let made = try await accounts.administration.createTenant(name: "Other", slug: "other", id: id)
        #expect(try await accounts.administration.createTenant(name: "Other", slug: "other", id: id) == made)
        await #expect(throws: AccountsError.idReused(field: "id")) {
            try await accounts.administration.createTenant(name: "Another", slug: "other", id: id)
        }
        await #expect(throws: AccountsError.slugTaken(field: "slug")) {
            try await accounts.administration.createTenant(name: "Other", slug: "other")
        }
        await #expect(
            throws: AccountsError.fieldInvalid(field: "slug", detail: "must have 2 to 40 characters of a–z, 0–9 and hyphens")
        ) { try await accounts.administration.createTenant(name: "Other", slug: "Other!") }
        #expect(try await accounts.administration.findTenant(slug: "other") == made)
        #expect(try await accounts.administration.findTenant(slug: "nosuch") == nil)
    }

    @Test func `users and sites are made and found`() async throws {
        let tenant = accounts.tenant.id
        #expect(try await accounts.administration.findUser(tenant: tenant, email: "ANA@acme.example") == accounts.ana)
        #expect(try await accounts.administration.findUser(tenant: tenant, email: "nobody@acme.example") == nil)
        let site = try await accounts.administration.createSite(tenant: tenant, name: "Shop", allowedOrigins: ["https://shop.example"])
        let changed = try await accounts.administration.changeSite(
            tenant: tenant, id: site.id, allowedOrigins: ["https://www.shop.example"])
        #expect(changed.allowedOrigins == ["https://www.shop.example"])
        #expect(try await accounts.administration.sites(tenant: tenant) == [changed])
    }

    @Test func `what happens stands in the log for whoever asks later`() async throws {
        #expect(try await accounts.events().map(\.subject) == ["accounts.user-created"])
        #expect(try await JSON.decode(UserCreated.self, from: accounts.events()[0].payload).user == accounts.ana)
    }

    @Test func `a user of no company is refused`() async throws {
        await #expect(throws: (any Error).self) {
            try await accounts.administration.createUser(
                tenant: .new(), email: "x@acme.example", name: "X", role: .agent, password: nil)
        }
        #expect(try await accounts.events().count == 1)
    }
}

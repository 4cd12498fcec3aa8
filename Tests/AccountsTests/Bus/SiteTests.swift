import AccountsService
import Bus
import Contracts
import Testing

@Suite struct `A site` {
    let accounts: AccountsUnderTest

    init() async throws { accounts = try await AccountsUnderTest() }

    private func save(
        _ id: SiteID = .new(), isNew: Bool = true, name: String? = "Shop", origins: [String]? = ["https://shop.example"],
        theme: [String: JSONValue]? = nil, greeting: String? = nil
    ) async throws -> Website {
        try await accounts.ask(
            SaveSite(
                principal: accounts.administrator, id: id, isNew: isNew, name: name, allowedOrigins: origins, theme: theme,
                greeting: greeting))
    }

    @Test func `is made once, with a public key of its own`() async throws {
        let id = SiteID.new()
        let site = try await save(id, theme: ["accent": "#1a2b3c", "position": "left"], greeting: "Hello")
        #expect(site.id == id && site.name == "Shop" && site.greeting == "Hello" && site.identitySecretsSet == 0)
        #expect(site.siteKey.hasPrefix("site_"))
        #expect(try await save(id, theme: ["accent": "#1a2b3c", "position": "left"], greeting: "Hello") == site)
        await #expect(throws: AccountsError.idReused(field: "id")) { try await save(id, name: "Another") }
        #expect(try await save().siteKey != site.siteKey)
        #expect(try await accounts.ask(GetSite(principal: accounts.administrator, id: id)) == site)
        #expect(try await accounts.ask(GetSiteByKey(siteKey: site.siteKey)) == FoundSite(clientID: accounts.tenant.id, site: site))
        await #expect(throws: AccountsError.siteNotFound) { try await accounts.ask(GetSiteByKey(siteKey: "site_nosuch")) }
        await #expect(throws: AccountsError.siteNotFound) { try await accounts.ask(GetSiteByKey(siteKey: "nul\0")) }
    }

    @Test func `is changed in what is given`() async throws {
        let site = try await save()
        let changed = try await save(site.id, isNew: false, name: nil, origins: nil, greeting: "Good day")
        #expect(changed.greeting == "Good day" && changed.name == "Shop" && changed.allowedOrigins == site.allowedOrigins)
        let moved = try await save(site.id, isNew: false, name: nil, origins: ["HTTPS://Shop.Example:443", "http://localhost:8080"])
        #expect(moved.allowedOrigins == ["https://shop.example", "http://localhost:8080"] && moved.greeting == "Good day")
        #expect(try await save(site.id, name: "Shop").greeting == "Good day")  // the order that made it, repeated
        await #expect(throws: AccountsError.siteNotFound) { try await save(.new(), isNew: false) }
        #expect(try await accounts.ask(ListSites(principal: accounts.administrator, limit: 10)).items.map(\.id) == [site.id])
    }

    @Test(arguments: [
        "shop.example", "ftp://shop.example", "https://", "https://shop.example/", "https://shop.example/path", "https://*.shop.example",
        "https://user@shop.example", "https://shop.example:0", "https://shop.example:99999", "https://shop.example:",
        "https://sh op.example",
        "https://shop.example;x", "https://shop..example", "null", "https://shop.example?x", "https://[::1",
    ])
    func `cannot stand where no page can`(_ origin: String) async throws {
        await #expect(
            throws: AccountsError.fieldInvalid(
                field: "allowed_origins[1]", detail: "must be like https://www.example.com or http://localhost:8080, without a path")
        ) { try await save(origins: ["https://shop.example", origin]) }
    }

    @Test func `with a bad field is refused by its name`() async throws {
        await #expect(throws: AccountsError.fieldInvalid(field: "name", detail: "is empty, or nothing in it can be seen")) {
            try await save(name: nil)
        }
        await #expect(throws: AccountsError.fieldInvalid(field: "theme.accent", detail: "must be a colour like #1a2b3c")) {
            try await save(theme: ["accent": "red; background: url(x)"])
        }
        await #expect(throws: AccountsError.fieldInvalid(field: "theme.position", detail: "must be left, right, start or end")) {
            try await save(theme: ["position": 7])
        }
        await #expect(throws: AccountsError.fieldInvalid(field: "theme", detail: "must contain accent and position only")) {
            try await save(theme: ["colour": "#1a2b3c"])
        }
        await #expect(throws: AccountsError.fieldInvalid(field: "greeting", detail: "has 1001 characters; at most 1000 are taken")) {
            try await save(greeting: String(repeating: "x", count: 1001))
        }
        await #expect(throws: AccountsError.fieldInvalid(field: "allowed_origins", detail: "must have at most 50 entries")) {
            try await save(origins: Array(repeating: "https://shop.example", count: 51))
        }
    }

    @Test func `of another company does not exist`() async throws {
        let site = try await save()
        let other = try await accounts.administration.createTenant(name: "Other", slug: "other")
        let stranger = try await accounts.somebody(.administrator, of: other.id)
        await #expect(throws: AccountsError.siteNotFound) { try await accounts.ask(GetSite(principal: stranger, id: site.id)) }
        await #expect(throws: AccountsError.siteNotFound) {
            try await accounts.ask(SaveSite(principal: stranger, id: site.id, isNew: false, name: "Mine"))
        }
        await #expect(throws: AccountsError.siteNotFound) {
            try await accounts.ask(RotateIdentitySecret(principal: stranger, id: site.id))
        }
        #expect(try await accounts.ask(ListSites(principal: stranger, limit: 10)).items.isEmpty)
    }

    @Test func `changes its identity secret once per order and keeps the one before`() async throws {
        let site = try await save()
        let rotate = RotateIdentitySecret(principal: accounts.administrator, id: site.id)
        let key = RequestKey.random()
        let first = try await accounts.ask(rotate, key: key)
        #expect(try await accounts.ask(rotate, key: key) == first)
        #expect(try await accounts.ask(GetSite(principal: accounts.administrator, id: site.id)).identitySecretsSet == 1)
        let second = try await accounts.ask(rotate)
        let third = try await accounts.ask(rotate)
        #expect(Set([first.secret, second.secret, third.secret]).count == 3)
        #expect(try await accounts.ask(GetSite(principal: accounts.administrator, id: site.id)).identitySecretsSet == 2)
        func visitor(_ secret: String) async throws -> CustomerID {
            let hash = SiteIdentity.hash(of: "cust_77", secret: secret)
            let identity = VisitorIdentity(userID: "cust_77", userHash: hash)
            return try await accounts.ask(IssueVisitorToken(site: site.siteKey, identity: identity)).customerID
        }
        #expect(try await visitor(second.secret) == visitor(third.secret))
        await #expect(throws: AccountsError.tokenInvalid) { try await visitor(first.secret) }
    }
}

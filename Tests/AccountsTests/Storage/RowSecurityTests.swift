import AccountsService
import Contracts
import Storage
import Testing

@Suite struct `Row-level security of accounts` {
    private static let tables: [SQL] = [
        "accounts.clients", "accounts.users", "accounts.sign_ins", "accounts.refresh_tokens", "accounts.invitations", "accounts.sites",
        "accounts.api_keys",
    ]

    let accounts: AccountsUnderTest
    let other: TenantSummary

    init() async throws {
        accounts = try await AccountsUnderTest()
        other = try await accounts.administration.createTenant(name: "Other", slug: "other")
        _ = try await accounts.signIn()
        try await accounts.user("Bruno", password: nil)
        _ = try await accounts.administration.createSite(tenant: accounts.tenant.id, name: "Shop", allowedOrigins: [])
        _ = try await accounts.ask(CreateAPIKey(principal: accounts.administrator, id: .new(), name: "Webshop"))
    }

    private func count(_ table: SQL, _ scope: Scope) async throws -> Int {
        try await accounts.count("SELECT count(*) AS count FROM \(table)", as: scope)
    }

    @Test func `shows a company its own rows, another one only its own, and nobody all`() async throws {
        for table in Self.tables {
            #expect(try await count(table, .tenant(accounts.tenant.id)) > 0, "\(table.text) is empty, so this proves nothing")
            #expect(try await count(table, .tenant(other.id)) == (table.text == "accounts.clients" ? 1 : 0), "\(table.text)")
            #expect(try await count(table, .none) == 0, "\(table.text)")
        }
    }

    @Test func `covers every table that has a tenant`() async throws {
        #expect(try await RowSecurity.unprotectedTables(in: [.accounts], of: accounts.testDatabase.admin()).isEmpty)
        for table in Self.tables {
            let name = String(table.text.dropFirst("accounts.".count))
            #expect(RowSecurity.tablesWithoutTenant[name] == nil && RowSecurity.tablesWithoutTenant[table.text] == nil)
        }
    }

    @Test func `keeps one company from writing another's rows`() async throws {
        let mine = accounts.tenant.id
        await #expect(throws: DatabaseError.self) {
            _ = try await accounts.database.query(
                .tenant(other.id),
                """
                INSERT INTO accounts.api_keys (client_id, id, name, key_hash, prefix, created_by, created_at)
                VALUES (\(mine), \(APIKeyID.new()), 'x', \([UInt8](repeating: 1, count: 32)), 'x', \(UserID.new()), now())
                """)
        }
        let changed = try await accounts.database.query(
            .tenant(other.id), "UPDATE accounts.users SET role = 'viewer' WHERE client_id = \(mine)")
        #expect(changed.affected == 0)
    }

    @Test func `is passed by by look-ups that take exactly their key, for accounts alone`() async throws {
        let rows = try await accounts.testDatabase.admin().query(
            .none,
            """
            SELECT p.proname AS name, r.rolname AS owner, p.prosecdef AS is_definer,
                   has_function_privilege('switchboard_verify', p.oid, 'EXECUTE') AS verify_may,
                   has_function_privilege('switchboard_accounts', p.oid, 'EXECUTE') AS accounts_may
              FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner JOIN pg_namespace n ON n.oid = p.pronamespace
             WHERE n.nspname = 'accounts' ORDER BY 1
            """)
        #expect(
            try rows.map { try $0["name"] as String } == [
                "client_of_api_key", "client_of_invitation", "client_of_refresh_token", "client_of_site_key", "client_of_slug",
                "users_of_email",
            ])
        for row in rows {
            #expect(try row["owner"] == "switchboard_accounts_lookup")
            #expect(try row["is_definer"] as Bool && row["accounts_may"])
            #expect(try !(row["verify_may"] as Bool))
        }
    }
}

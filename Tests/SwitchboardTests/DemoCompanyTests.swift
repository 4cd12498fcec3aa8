import AccountsService
import Contracts
import Foundation
import Storage
import SwitchboardCommands
import TestSupport
import Testing

@Suite struct `The demo company` {
    @Test func `is made once, whatever was left of the first attempt`() async throws {
        let secrets = try await withTemporaryFolder {
            try Secrets.load(from: DataFolder($0), roles: [], demoEmails: DemoCompany.users.map(\.email))
        }
        let database = try await TestDatabase.make([.accounts: AccountsService.migrations]).database(.accounts, poolSize: 1)
        let accounts = try AccountsAdministration(database: database, logger: .tests)
        _ = try await accounts.createTenant(name: "Half made", slug: DemoCompany.slug)

        let first = try await DemoCompany.ensure(with: accounts, origins: ["http://127.0.0.1:8080"], secrets: secrets)
        let second = try await DemoCompany.ensure(with: accounts, origins: ["http://127.0.0.1:8081"], secrets: secrets)
        #expect(first.clientID == second.clientID)
        #expect(first.siteKey == second.siteKey)
        #expect(first.signIns == second.signIns)
        #expect(first.signIns.map(\.role) == ["admin", "agent", "agent"])
        #expect(try await accounts.sites(tenant: first.clientID).map(\.allowedOrigins) == [["http://127.0.0.1:8081"]])
    }
}

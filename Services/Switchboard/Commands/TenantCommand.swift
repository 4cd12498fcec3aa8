import AccountsService
import ArgumentParser
import Contracts

struct TenantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "tenant", abstract: "Companies.", subcommands: [Create.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Adds a company.")

        @OptionGroup var suite: SuiteOptions

        @Option(help: "What people call it.")
        var name: String

        @Option(help: "Its short name, for signing in and for addresses: small letters, digits, hyphens.")
        var slug: String

        func run() async throws {
            try await Terminal.reporting {
                let tenant = try await SuiteAccess.withAccounts(of: suite.folder) { try await $0.createTenant(name: name, slug: slug) }
                if suite.json { return try Terminal.print(json: tenant) }
                Terminal.print("\(tenant.name) (\(tenant.slug)) has the id \(tenant.id).")
            }
        }
    }
}

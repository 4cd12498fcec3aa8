import AccountsService
import ArgumentParser
import Contracts

struct SiteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "site", abstract: "Websites with the widget.", subcommands: [Create.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Adds a website.")

        @OptionGroup var suite: SuiteOptions

        @Option(help: ArgumentHelp("The company's short name.", valueName: "slug"))
        var tenant: String

        @Option(help: "What visitors see above the conversation.")
        var name: String

        @Option(help: "Where its pages are, like https://www.example.com; may be said several times.")
        var origin: [String]

        func validate() throws {
            guard !origin.isEmpty else { throw ValidationError("--origin is missing: the widget works on the named sites only.") }
        }

        func run() async throws {
            try await Terminal.reporting {
                let site = try await SuiteAccess.withAccounts(of: suite.folder) { accounts in
                    try await accounts.createSite(tenant: try await accounts.tenant(named: tenant).id, name: name, allowedOrigins: origin)
                }
                if suite.json { return try Terminal.print(json: site) }
                let address = try SuiteSettings.load(from: suite.folder)?.publicURL ?? SuiteSettings.usualPublicURL
                Terminal.print("\(site.name) has the key \(site.siteKey). In its pages:")
                Terminal.print("<script src=\"\(address)/widget.js\" data-site=\"\(site.siteKey)\" async></script>")
            }
        }
    }
}

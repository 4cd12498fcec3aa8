import ArgumentParser

package struct SwitchboardCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "switchboard",
        abstract: "Runs and administers a Switchboard installation.",
        discussion: """
            Exit codes: 0 done, 1 failed (of verify and routing replay: something is wrong with the data), 2 not possible (it runs already, or what it \
            needs is missing), 64 wrong usage.
            """,
        subcommands: [
            UpCommand.self, MigrateCommand.self, TenantCommand.self, UserCommand.self, SiteCommand.self, JobsCommand.self,
            VerifyCommand.self, RoutingCommand.self, KeysCommand.self, ServicesCommand.self, TraceCommand.self, BenchCommand.self,
        ])

    package init() {}
}

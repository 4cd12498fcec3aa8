import ArgumentParser

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Brings roles and schemas up to date.",
        discussion: "Safe to run again, and while an older version runs. `switchboard up` does it by itself.")

    private struct Outcome: Encodable {
        let applied: [String]
    }

    @OptionGroup var suite: SuiteOptions

    func run() async throws {
        try await Terminal.reporting {
            let applied = try await SuiteAccess.withDatabase(of: suite.folder, creating: true) { access in
                try await SuiteSchema.prepare(access.administrator, secrets: access.secrets, programs: Programs())
            }
            if suite.json { return try Terminal.print(json: Outcome(applied: applied)) }
            for name in applied { Terminal.print(name) }
            Terminal.print(applied.isEmpty ? "Everything was up to date." : "\(applied.count) migrations applied.")
        }
    }
}

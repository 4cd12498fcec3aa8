import ArgumentParser
import Storage

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Brings roles and schemas up to date.",
        discussion: "Safe to run again, and while an older version runs. `switchboard up` does it by itself.")

    private struct Outcome: Encodable {
        let applied: [String]
    }

    @OptionGroup var suite: SuiteOptions

    @Option(help: ArgumentHelp("How long to ask again while the database cannot be reached.", valueName: "seconds"))
    var patience = 0

    /// Between two attempts. A database that starts needs some seconds.
    private static let pause = Duration.milliseconds(500)

    func validate() throws {
        guard (0...3600).contains(patience) else { throw ValidationError("--patience is a number of seconds from 0 to 3600.") }
    }

    func run() async throws {
        try await Terminal.reporting {
            let deadline = ContinuousClock.now + .seconds(patience)
            let applied = try await SuiteAccess.withDatabase(of: suite.folder, creating: true) { access in
                let programs = try Programs(startingServices: false)
                while true {
                    do {
                        return try await SuiteSchema.prepare(access.administrator, secrets: access.secrets, programs: programs)
                    } catch DatabaseError.unavailable(let reason) where ContinuousClock.now < deadline {
                        Terminal.complain("the database cannot be reached yet: \(reason)")
                        try await Task.sleep(for: Self.pause)
                    }
                }
            }
            if suite.json { return try Terminal.print(json: Outcome(applied: applied)) }
            for name in applied { Terminal.print(name) }
            Terminal.print(applied.isEmpty ? "Everything was up to date." : "\(applied.count) migrations applied.")
        }
    }
}

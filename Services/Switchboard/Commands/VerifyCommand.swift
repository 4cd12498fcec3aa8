import ArgumentParser
import Foundation
import Logging
import Storage

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compares sequences, cursors, ledgers and digests, and says what does not fit.",
        discussion: """
            Reads as a role that may change nothing; the suite may be running. Exit codes: 0 everything fits, 1 something does not, \
            2 the comparison could not be made.
            """)

    private struct Outcome: Encodable {
        struct Check: Encodable {
            let name: String
            let examined: Int
            let findings: [IntegrityFinding]
        }

        let ok: Bool
        let checks: [Check]
    }

    /// Findings printed per check; `--json` prints all.
    private static let findingsShown = 20
    /// Reading a whole installation takes longer than a service's statement may.
    private static let statementMax = Duration.seconds(600)

    @OptionGroup var suite: SuiteOptions

    func run() async throws {
        do {
            let outcome = try await SuiteAccess.withDatabase(of: suite.folder) { try await verify($0) }
            if suite.json { try Terminal.print(json: outcome) } else { show(outcome) }
            if !outcome.ok { throw ExitCode(1) }
        } catch let code as ExitCode {
            throw code
        } catch {
            Terminal.complain("the data could not be verified: \(error)")
            throw ExitCode(2)
        }
    }

    private func verify(_ access: SuiteAccess) async throws -> Outcome {
        var configuration = DatabaseConfiguration(url: try SuiteSchema.verifyAddress(access.administrator, access.secrets), poolSize: 1)
        configuration.statementTimeout = Self.statementMax
        configuration.responseTimeout = Self.statementMax + .seconds(10)
        configuration.applicationName = "switchboard-verify"
        let database = Database(configuration, logger: Logger(label: "verify") { _ in SwiftLogNoOpLogHandler() })
        defer { database.close() }
        var checks: [Outcome.Check] = []
        for check in IntegrityChecks.all {
            let result = try await check.run(database)
            checks.append(Outcome.Check(name: check.name, examined: result.examined, findings: result.findings))
        }
        return Outcome(ok: checks.allSatisfy(\.findings.isEmpty), checks: checks)
    }

    private func show(_ outcome: Outcome) {
        for check in outcome.checks {
            Terminal.print("\(check.findings.isEmpty ? "ok   " : "WRONG") \(check.name) (\(check.examined) looked at)")
            for finding in check.findings.prefix(Self.findingsShown) { Terminal.print("      \(finding.place): \(finding.detail)") }
            let more = check.findings.count - Self.findingsShown
            if more > 0 { Terminal.print("      and \(more) more; --json shows all") }
        }
        let count = outcome.checks.reduce(0) { $0 + $1.findings.count }
        Terminal.print(outcome.ok ? "Everything fits." : "\(count) findings.")
    }
}

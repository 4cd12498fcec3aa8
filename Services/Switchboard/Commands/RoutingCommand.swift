import AccountsService
import ArgumentParser
import Contracts
import Foundation
import Logging
import RouterService
import Storage

struct RoutingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routing", abstract: "Looks back at what the router decided.", subcommands: [Replay.self])

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "replay",
            abstract: "Makes past decisions again from what was kept of them, and says which come out otherwise.",
            discussion: """
                Reads as a role that may change nothing; the suite may be running. Decisions from before their work was kept, and those \
                of another formula than this program's, are counted and not made again. Exit codes: 0 all the same, to the last bit; 1 \
                some differ; 2 they could not be made again.
                """)

        /// Reading months of decisions takes longer than a service's statement may.
        private static let statementMax = Duration.seconds(600)
        /// Differences printed; `--json` prints up to ``DecisionHistory/differencesMax``.
        private static let differencesShown = 20
        /// Progress is said each time so many more decisions were read.
        private static let progressStep = 10_000

        private struct Outcome: Encodable {
            let ok: Bool
            let examined: Int
            let skipped: Int
            let differing: Int
            let differences: [DecisionHistory.Difference]
        }

        @OptionGroup var suite: SuiteOptions

        @Option(help: ArgumentHelp("Only this company's decisions: its id or its short name.", valueName: "tenant"))
        var tenant: String?

        @Option(help: ArgumentHelp("From this time on (RFC 3339).", valueName: "time"))
        var from: String?

        @Option(help: ArgumentHelp("Before this time (RFC 3339).", valueName: "time"))
        var to: String?

        @Option(help: ArgumentHelp("Only decisions about this conversation.", valueName: "id"))
        var conversation: String?

        func validate() throws {
            for time in [from, to].compactMap(\.self) where Timestamp.date(time) == nil {
                throw ValidationError("\(time) is no RFC 3339 time, such as 2026-11-25T08:00:00Z.")
            }
            if let conversation, ConversationID(conversation) == nil { throw ValidationError("\(conversation) is no conversation's id.") }
        }

        func run() async throws {
            do {
                let result = try await SuiteAccess.withDatabase(of: suite.folder) { try await replay($0) }
                if suite.json {
                    try Terminal.print(
                        json: Outcome(
                            ok: result.differing == 0, examined: result.examined, skipped: result.skipped, differing: result.differing,
                            differences: result.differences))
                } else {
                    show(result)
                }
                if result.differing > 0 { throw ExitCode(1) }
            } catch let code as ExitCode {
                throw code
            } catch {
                Terminal.complain("the decisions could not be made again: \(error)")
                throw ExitCode(2)
            }
        }

        private func replay(_ access: SuiteAccess) async throws -> DecisionHistory.Result {
            var configuration = DatabaseConfiguration(
                url: try SuiteSchema.verifyAddress(access.administrator, access.secrets), poolSize: 1)
            configuration.statementTimeout = Self.statementMax
            configuration.responseTimeout = Self.statementMax + .seconds(10)
            configuration.applicationName = "switchboard-replay"
            let database = Database(configuration, logger: Logger(label: "replay") { _ in SwiftLogNoOpLogHandler() })
            defer { database.close() }
            let period = DecisionHistory.Period(
                tenant: try await id(of: tenant, access), from: from.flatMap(Timestamp.date), to: to.flatMap(Timestamp.date),
                conversation: conversation.flatMap { ConversationID($0) })
            let history = DecisionHistory(database)
            let total = try await history.count(period)
            var said = 0
            return try await history.replay(period) { done in
                guard done - said >= Self.progressStep else { return }
                said = done
                Terminal.complain("\(done) of \(total) decisions")
            }
        }

        private func id(of tenant: String?, _ access: SuiteAccess) async throws -> TenantID? {
            guard let tenant else { return nil }
            if let id = TenantID(tenant) { return id }
            return try await AccountsAdministration.with(access.administrator, access.secrets) { try await $0.tenant(named: tenant).id }
        }

        private func show(_ result: DecisionHistory.Result) {
            for difference in result.differences.prefix(Self.differencesShown) {
                Terminal.print(
                    "WRONG decision \(difference.decision) about conversation \(difference.conversation), \(Timestamp.text(difference.at))")
                for detail in difference.details.prefix(Self.differencesShown) { Terminal.print("      \(detail)") }
            }
            let more = result.differing - Self.differencesShown
            if more > 0 { Terminal.print("and \(more) more; --json shows up to \(DecisionHistory.differencesMax)") }
            if result.skipped > 0 {
                Terminal.print("\(result.skipped) decisions were not made again: this program's formula is not theirs.")
            }
            Terminal.print(
                result.differing == 0
                    ? "\(result.examined) decisions come out as they are kept."
                    : "\(result.differing) of \(result.examined) decisions differ.")
        }
    }
}

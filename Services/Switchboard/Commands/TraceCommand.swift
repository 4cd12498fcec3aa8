import ArgumentParser
import Contracts
import Foundation
import Logging
import Storage

struct TraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Follows one message through all services, by its id or its trace's.",
        discussion: """
            Reads what the services' logs in PostgreSQL hold (seven days) and the structured logs, and prints every hop in order. \
            Exit codes: 0 found, 1 nothing found, 2 it could not be looked up.
            """)

    /// The outboxes have no index by trace: looking through a week of them takes longer than a service's statement may.
    private static let statementMax = Duration.seconds(600)

    private struct Outcome: Encodable {
        let traceID: String?
        let hops: [TraceHop]

        enum CodingKeys: String, CodingKey {
            case traceID = "trace_id"
            case hops
        }
    }

    @OptionGroup var suite: SuiteOptions

    @Argument(help: ArgumentHelp("A message's or an event's id, a trace id, or a traceparent.", valueName: "id"))
    var id: String

    @Option(help: ArgumentHelp("The database, as a role that may read all schemas, instead of the data folder's.", valueName: "url"))
    var databaseURL: String?

    @Option(help: ArgumentHelp("A structured log besides the data folder's; may be repeated.", valueName: "file"))
    var log: [String] = []

    func validate() throws {
        guard TraceSubject(id) != nil else { throw ValidationError("\(id) is no message's id, no trace id and no traceparent.") }
    }

    func run() async throws {
        guard let subject = TraceSubject(id) else { return }
        do {
            let outcome = try await look(for: subject)
            if suite.json { try Terminal.print(json: outcome) } else { show(outcome) }
            if outcome.hops.isEmpty { throw ExitCode(1) }
        } catch let code as ExitCode {
            throw code
        } catch {
            Terminal.complain("the trace could not be looked up: \(error)")
            throw ExitCode(2)
        }
    }

    private func look(for subject: TraceSubject) async throws -> Outcome {
        let found =
            if let databaseURL {
                try await look(for: subject, at: databaseURL)
            } else {
                try await SuiteAccess.withDatabase(of: suite.folder) { access in
                    try await look(for: subject, at: SuiteSchema.verifyAddress(access.administrator, access.secrets))
                }
            }
        var identifiers = found.hops.compactMap { $0.eventID?.lowercased }
        if let traceID = found.traceID { identifiers.append(traceID) }
        if case .identifier(let id) = subject { identifiers.append(id.lowercased) }
        let files = log + (databaseURL == nil ? LogTrace.files(in: suite.folder.logs) : [])
        let logged = try LogTrace.hops(in: files, of: identifiers)
        return Outcome(traceID: found.traceID, hops: (found.hops + logged).sorted { $0.time < $1.time })
    }

    private func look(for subject: TraceSubject, at url: String) async throws -> DatabaseTrace.Found {
        var configuration = DatabaseConfiguration(url: url, poolSize: 1)
        configuration.statementTimeout = Self.statementMax
        configuration.responseTimeout = Self.statementMax + .seconds(10)
        configuration.applicationName = "switchboard-trace"
        let database = Database(configuration, logger: Logger(label: "trace") { _ in SwiftLogNoOpLogHandler() })
        defer { database.close() }
        return try await DatabaseTrace(database).find(subject)
    }

    private func show(_ outcome: Outcome) {
        guard let first = outcome.hops.first else {
            return Terminal.complain("nothing is known of \(id): it never was here, or its events are older than the logs.")
        }
        if let traceID = outcome.traceID { Terminal.print("trace \(traceID)") }
        for hop in outcome.hops {
            let offset = Int(saturating: ((hop.time.timeIntervalSince1970 - first.time.timeIntervalSince1970) * 1000).rounded())
            let place = hop.position.map { " [\($0)]" } ?? ""
            let heard = hop.consumers.map { "\($0.service) \($0.applied ? "applied" : "has not applied yet")" }.joined(separator: ", ")
            Terminal.print(
                "\(Timestamp.text(hop.time)) +\(offset) ms  \(hop.service)  \(hop.kind.rawValue)  \(hop.what)\(place)"
                    + (heard.isEmpty ? "" : " → \(heard)"))
        }
    }
}

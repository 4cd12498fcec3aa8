import AccountsService
import ArgumentParser
import Contracts
import Foundation
import Jobs
import Logging
import Storage

struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "Side effects outside: what is to be sent, was sent, or may have been sent.",
        discussion: """
            The suite may be running. A job is queued, running, done, failed (it did not happen) or unknown (it may have happened; nobody \
            repeats it unless you say so). Services without jobs are passed over. Exit codes: 0 done, 1 failed or refused, 2 not possible, \
            64 wrong usage.
            """,
        subcommands: [List.self, Retry.self, GiveUp.self])
}

/// Whose jobs are meant.
struct JobsOptions: ParsableArguments {
    @OptionGroup var suite: SuiteOptions

    @Option(help: ArgumentHelp("Only this service's.", valueName: "service"))
    var service: String?

    @Option(help: ArgumentHelp("Only this company's, by its short name.", valueName: "slug"))
    var tenant: String?

    private static let all = SuiteService.withSchema.map(\.name)

    func validate() throws {
        guard service.map({ name in Self.all.contains { $0.rawValue == name } }) ?? true else {
            throw ValidationError("--service is one of \(Self.all.map(\.rawValue).joined(separator: ", ")).")
        }
    }

    /// Lends the jobs, the services that are meant and the company, if one is.
    func withJobs<Result: Sendable>(_ body: (SuiteJobs, [ServiceName], TenantID?) async throws -> Result) async throws -> Result {
        try await SuiteAccess.withDatabase(of: suite.folder) { access in
            let silent = Logger(label: "jobs") { _ in SwiftLogNoOpLogHandler() }
            @Sendable func database(_ address: String) -> Database {
                var configuration = DatabaseConfiguration(url: address, poolSize: 1)
                configuration.applicationName = "switchboard-jobs"
                return Database(configuration, logger: silent)
            }
            let verifier = database(try SuiteSchema.verifyAddress(access.administrator, access.secrets))
            defer { verifier.close() }
            let jobs = SuiteJobs(verifier: verifier) { database(try SuiteSchema.address(of: $0, access.administrator, access.secrets)) }
            let company: TenantID? =
                if let tenant {
                    try await AccountsAdministration.with(access.administrator, access.secrets) { try await $0.tenant(named: tenant).id }
                } else { nil }
            return try await body(jobs, service.map { [ServiceName(rawValue: $0)] } ?? Self.all, company)
        }
    }
}

extension JobsCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows jobs, the latest first.")

        @OptionGroup var options: JobsOptions

        @Option(help: "queued, running, done, failed or unknown.")
        var state: String?

        @Option(help: ArgumentHelp("Of each service at most so many, up to \(SuiteJobs.limitMax).", valueName: "count"))
        var limit = 100

        func validate() throws {
            guard state.map({ JobState(rawValue: $0) != nil }) ?? true else {
                throw ValidationError("--state is one of \(JobState.allCases.map(\.rawValue).joined(separator: ", ")).")
            }
            guard (1...SuiteJobs.limitMax).contains(limit) else { throw ValidationError("--limit is from 1 to \(SuiteJobs.limitMax).") }
        }

        func run() async throws {
            try await Terminal.reporting {
                let entries = try await options.withJobs { jobs, services, tenant in
                    try await jobs.list(of: services, state: state.flatMap { JobState(rawValue: $0) }, tenant: tenant, limit: limit)
                }
                if options.suite.json { return try Terminal.print(json: entries) }
                for entry in entries { Terminal.print(JobsCommand.line(entry)) }
            }
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Has a job tried again, with all its attempts before it.",
            discussion: "One that is unknown may then happen twice: look first, where it would have arrived.")

        @OptionGroup var options: JobsOptions

        @Argument(help: "The job's id, as `list` shows it.")
        var id: String

        func validate() throws { _ = try JobsCommand.id(id) }

        func run() async throws {
            let id = try JobsCommand.id(id)
            try await JobsCommand.decide(options) { try await $0.retry(id, of: $1, tenant: $2) }
        }
    }

    struct GiveUp: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "give-up", abstract: "Has a job not tried any more.", discussion: "It is kept as failed.")

        @OptionGroup var options: JobsOptions

        @Argument(help: "The job's id, as `list` shows it.")
        var id: String

        func validate() throws { _ = try JobsCommand.id(id) }

        func run() async throws {
            let id = try JobsCommand.id(id)
            try await JobsCommand.decide(options) { try await $0.giveUp(id, of: $1, tenant: $2) }
        }
    }

    private static func id(_ text: String) throws -> JobID {
        guard let id = JobID(text) else { throw ValidationError("\(text) is no job's id.") }
        return id
    }

    private static func decide(
        _ options: JobsOptions, _ order: (SuiteJobs, [ServiceName], TenantID?) async throws -> SuiteJobs.Entry
    ) async throws {
        try await Terminal.reporting {
            let entry = try await options.withJobs(order)
            if options.suite.json { return try Terminal.print(json: entry) }
            Terminal.print(line(entry))
        }
    }

    private static func line(_ entry: SuiteJobs.Entry) -> String {
        let job = entry.job
        let error = job.lastError.map { "\($0.code): \($0.detail)" } ?? ""
        return
            "\(job.id)\t\(entry.service)\t\(entry.clientID)\t\(job.kind)\t\(job.state.rawValue)\tattempt \(job.attempt)\t\(Timestamp.text(job.createdAt))\t\(error)"
    }
}

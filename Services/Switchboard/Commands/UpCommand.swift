import ArgumentParser
import Contracts
import Foundation
import UnixSignals

struct UpCommand: AsyncParsableCommand {
    enum Durability: String, ExpressibleByArgument, CaseIterable { case on, off }

    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Runs the whole suite on this machine until Ctrl-C.",
        discussion: """
            Starts PostgreSQL in the data folder (or uses the server that SWITCHBOARD_DATABASE_URL names), brings the schemas up to \
            date, makes a demo company at the first start, starts every service and keeps it running. Ctrl-C stops everything \
            cleanly, a second one at once. A second start with the same data folder finds its data again.

            While it runs: run/endpoints.json (addresses on the bus), run/processes.json (pids), data/logs/ (what the processes say). Other \
            users of this machine can read none of it, nor take part in the bus: the services know each other by the keys in data/keys.
            With --json, database_url is of the role that reads everything and changes nothing.
            """)

    @OptionGroup var suite: SuiteOptions

    @Option(
        help: ArgumentHelp(
            "Replicas of a service, 1 to \(SuiteRunner.replicasMax), for example --scale router=2 --scale gateway=2.",
            valueName: "service=n"))
    var scale: [Scale] = []

    @Option(
        help: ArgumentHelp(
            "Where the gateways listen. They speak plain HTTP, so only this machine reaches them unless you say otherwise: 0.0.0.0 for every address. (default: \(PublicAddress.standardHost), or what \(PublicAddress.environmentKey) says)",
            valueName: "address"))
    var host: String?

    @Option(help: "Port of the first gateway; the next gateways take the next ports. A port that is taken is skipped.")
    var port = 8080

    @Flag(inversion: .prefixedNo, help: "Make a demo company with an administrator, two agents and a website.")
    var demo = true

    @Flag(help: "Show what the processes say.")
    var verbose = false

    @Option(help: "PostgreSQL's fsync. Off is for tests only: a power cut then loses what was acknowledged.")
    var fsync = Durability.on

    func validate() throws {
        guard (1...65_535).contains(port) else { throw ValidationError("--port must be between 1 and 65535.") }
        guard PublicAddress.isUsable(gatewayHost) else {
            throw ValidationError("--host must be an IP address of this machine, 0.0.0.0 for all of them, not \(gatewayHost).")
        }
        guard Set(scale.map(\.service)).count == scale.count else { throw ValidationError("--scale names a service twice.") }
    }

    func run() async throws {
        try await Terminal.reporting { try await up() }
    }

    private func up() async throws {
        signal(SIGPIPE, SIG_IGN)  // whoever reads us may go away
        let progress = Progress()
        let folder = suite.folder
        if let place = try folder.make(reachableFor: try environmentURL == nil ? PrivateCluster.userToRunAs() : nil) {
            progress.warning("User \(PrivateCluster.userName) cannot reach \(folder.path), so the data is in \(place)")
        }
        guard let lock = try FolderLock(folder) else {
            throw OperatorError(
                "Switchboard already runs with \(folder.path) (process \(try FolderLock.owner(of: folder))). Stop it, or choose another folder with --data.",
                code: .notPossible)
        }
        let runner = SuiteRunner(folder: folder, options: options, progress: progress)
        let interrupted = await Interruption.listen { signal in
            progress.note("\(signal): stopping, again to stop at once")
        } again: {
            await runner.kill()
            _exit(130)
        }
        let start = Task { try await runner.start() }
        let ended = await interrupted.whileWaiting(for: start)
        var failure: (any Error)?
        switch ended {
        case .success(let report):
            progress.step("Ready. Ctrl-C stops it.")
            if suite.json { try Terminal.print(json: report) } else { Terminal.print(text(of: report)) }
            await interrupted.wait()
        case .failure(let error):
            if !(error is CancellationError) { failure = error }
        }
        await runner.stop()
        withExtendedLifetime(lock) {}
        if let failure { throw failure }
        progress.step("Stopped")
    }

    private var environmentURL: String? {
        ProcessInfo.processInfo.environment[SuiteSettings.databaseKey].flatMap { $0.isEmpty ? nil : $0 }
    }

    private var gatewayHost: String {
        host ?? ProcessInfo.processInfo.environment[PublicAddress.environmentKey].flatMap { $0.isEmpty ? nil : $0 }
            ?? PublicAddress.standardHost
    }

    private var options: SuiteRunner.Options {
        var options = SuiteRunner.Options()
        options.replicas = Dictionary(scale.map { ($0.service, $0.replicas) }) { _, last in last }
        options.gatewayHost = gatewayHost
        options.gatewayPort = port
        options.makesDemo = demo
        options.fsync = fsync == .on
        options.verbose = verbose
        options.databaseURL = environmentURL
        return options
    }

    private func text(of report: SuiteReport) -> String {
        var lines = ["", "  Inbox      \(report.inbox)"]
        if report.tenant != nil { lines.append("  Demo page  \(report.demoPage)   (the widget, as a visitor sees it)") }
        lines.append("  API        \(report.gateways.joined(separator: ", "))   (\(report.gateways[0])/docs)")
        if !report.users.isEmpty {
            lines += ["", "  Sign in as"]
            let width = report.users.map(\.email.count).max() ?? 0
            for user in report.users {
                lines.append("    \(user.email.padding(toLength: width, withPad: " ", startingAt: 0))  \(user.password)  \(user.role)")
            }
        }
        return (lines + ["", "  Data       \(report.data)", ""]).joined(separator: "\n")
    }
}

import ArgumentParser
import Contracts
import Foundation

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Puts load on a deployment and says how it bears it.",
        discussion: """
            Speaks to a gateway as visitors and agents do, so it can be pointed at any deployment (plain http: inside, before TLS). \
            Without --gateway it takes the installation in --data that runs on this machine, and its demo company.

            For many visitors from one address raise the gateway's limits: GATEWAY_LIMIT_ADDRESS_RATE, GATEWAY_LIMIT_VISITOR_RATE,
            GATEWAY_LIMIT_SOCKET_RATE.
            """,
        subcommands: [BenchMessagesCommand.self, BenchIdleCommand.self], defaultSubcommand: BenchMessagesCommand.self)
}

/// Where the load goes, and as whom.
struct LoadOptions: ParsableArguments {
    static let passwordKey = "SWITCHBOARD_BENCH_PASSWORD"
    static let apiKeyKey = "SWITCHBOARD_BENCH_API_KEY"

    @OptionGroup var suite: SuiteOptions

    @Option(help: ArgumentHelp("A gateway's address.", valueName: "http://host:port"))
    var gateway: String?

    @Option(help: "The website's public key, as which visitors come.")
    var site: String?

    @Option(help: "The agent who listens. The password comes from \(passwordKey); or an API key of the company from \(apiKeyKey).")
    var email: String?

    @Option(
        help: ArgumentHelp(
            "A process of this machine: CPU time of it and of all that it started, or its memory, is measured too.", valueName: "pid"))
    var measure: Int32?

    /// Blocks: signs in.
    func resolve() throws -> (target: LoadTarget, site: String, token: String) {
        let environment = ProcessInfo.processInfo.environment
        let address = try gateway ?? SuiteSettings.load(from: suite.folder)?.publicURL
        guard let address else {
            throw OperatorError("There is no installation in \(suite.folder.path). Name a gateway with --gateway.", code: .notPossible)
        }
        let target = try LoadTarget(address)
        guard let site else { throw OperatorError("Name a website with --site.", code: .notPossible) }
        if let key = environment[Self.apiKeyKey], !key.isEmpty { return (target, site, key) }
        guard let email, let password = environment[Self.passwordKey] else {
            throw OperatorError("Name an agent with --email and its password in \(Self.passwordKey).", code: .notPossible)
        }
        let answer = try target.post("/api/auth/login", ["email": .string(email), "password": .string(password)])
        guard let token = answer["access_token"]?.string else { throw OperatorError("The gateway gave no token.") }
        return (target, site, token)
    }
}

struct BenchMessagesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "messages",
        abstract: "Visitors write; measures from sending to the acknowledgement, and to the agent's socket.")

    @OptionGroup var load: LoadOptions

    @Option(help: "Visitors, each with a socket and a conversation of its own.")
    var connections = 32

    @Option(help: "Messages per second over all of them; without it each writes when its last message has arrived.")
    var rate: Double?

    @Option(help: "Seconds measured.")
    var duration = 10.0

    @Option(help: "Seconds before that.")
    var warmUp = 2.0

    @Option(help: "Bytes of a message's text.")
    var size = 100

    func validate() throws {
        guard (1...10_000).contains(connections) else { throw ValidationError("--connections must be from 1 to 10000.") }
        guard rate ?? 1 > 0, (0.1...86_400).contains(duration), (0...3600).contains(warmUp) else {
            throw ValidationError("--rate, --duration and --warm-up must be positive.")
        }
        guard (40...60_000).contains(size) else { throw ValidationError("--size must be from 40 to 60000.") }
    }

    func run() async throws {
        try await Terminal.reporting {
            let progress = Progress()
            let (target, site, token) = try load.resolve()
            var plan = MessageLoad.Plan()
            (plan.connections, plan.rate, plan.seconds, plan.warmUpSeconds) = (connections, rate, duration, warmUp)
            (plan.textBytes, plan.measuredProcess) = (size, load.measure)
            let messages = try MessageLoad(plan, target: target, site: site, agentToken: token, progress: progress)
            let report = try messages.run(progress: progress)
            if load.suite.json { return try Terminal.print(json: report) }
            Terminal.print(
                String(
                    format: """
                        %d messages in %.1f s: %.0f per second, %d missing
                        acknowledged  p50 %.2f ms  p99 %.2f ms  max %.2f ms
                        delivered     p50 %.2f ms  p99 %.2f ms  max %.2f ms
                        """, report.messages, report.seconds, report.perSecond, report.missing, report.acknowledgedMilliseconds.p50,
                    report.acknowledgedMilliseconds.p99, report.acknowledgedMilliseconds.max, report.deliveredMilliseconds.p50,
                    report.deliveredMilliseconds.p99, report.deliveredMilliseconds.max))
            if let total = report.cpuSecondsPer1000Total, let parts = report.cpuSecondsPer1000 {
                let names = parts.sorted { $0.value > $1.value }.map { String(format: "\($0.key) %.3f", $0.value) }
                Terminal.print(String(format: "CPU-seconds per 1,000: %.3f (", total) + names.joined(separator: ", ") + ")")
            }
        }
    }
}

struct BenchIdleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle", abstract: "Opens many sockets that only listen; measures memory of each, and how fast a message reaches all.")

    @OptionGroup var load: LoadOptions

    @Option(help: "Sockets; the gateway and this program need as many file descriptors.")
    var connections = 10_000

    @Option(help: "Messages sent to all, one after the other.")
    var broadcasts = 5

    func validate() throws {
        guard (1...20_000).contains(connections) else { throw ValidationError("--connections must be from 1 to 20000.") }
        guard (1...1000).contains(broadcasts) else { throw ValidationError("--broadcasts must be from 1 to 1000.") }
    }

    func run() async throws {
        try await Terminal.reporting {
            let progress = Progress()
            let (target, site, token) = try load.resolve()
            let plan = IdleLoad.Plan(connections: connections, broadcasts: broadcasts, measuredProcess: load.measure)
            let report = try IdleLoad(plan, target: target, site: site).run(agentToken: token, progress: progress)
            if load.suite.json { return try Terminal.print(json: report) }
            if let each = report.bytesPerConnection { Terminal.print(String(format: "%.1f KB of memory each", each / 1000)) }
            Terminal.print(
                String(
                    format: "a message reached all %d in p50 %.0f ms, max %.0f ms", report.connections, report.broadcastMilliseconds.p50,
                    report.broadcastMilliseconds.max))
        }
    }
}

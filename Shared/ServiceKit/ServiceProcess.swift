import Contracts
import Foundation
import Logging
import ServiceLifecycle

/// What every service's process has: its name and settings, a logger, metrics and health, and a way to run its parts until SIGTERM.
///
///     await ServiceProcess.main(.chat, keys: ChatConfiguration.keys) { process in
///         try ChatService(configuration: ChatConfiguration(process.settings), process: process).parts
///     }
package struct ServiceProcess: Sendable {
    /// Work in progress may take this long after SIGTERM; then it is cancelled. Below the 30 s after which container
    /// platforms kill.
    package static let drainMax = Duration.seconds(25)
    /// What is still running so long after the cancellation is given up.
    static let cancellationMax = Duration.seconds(3)

    package let name: ServiceName
    /// From 1; for people who read logs. Nothing depends on its being unique.
    package let replica: Int
    package let settings: Settings
    package let logger: Logger
    package let metrics: MetricsRegistry
    package let health: HealthChecks
    /// Of the internal listener; add before the parts run.
    package let routes: InternalRoutes

    package init(
        name: ServiceName, replica: Int = 1, settings: Settings, logger: Logger, metrics: MetricsRegistry = MetricsRegistry(),
        health: HealthChecks = HealthChecks(), routes: InternalRoutes = InternalRoutes()
    ) {
        self.name = name
        self.replica = replica
        self.settings = settings
        self.logger = logger
        self.metrics = metrics
        self.health = health
        self.routes = routes
    }

    /// What `switchboard.replica` may say; the numbers above are for replicas that were told none.
    static let numberedMax = 10_000

    package static let replicaKey = SettingKey(
        "switchboard.replica",
        "Which replica of its service this process is, from 1, in logs; without it a random number above \(numberedMax).")
    package static let logLevelKey = SettingKey(
        "switchboard.log.level", "trace, debug, info, notice, warning, error or critical.", standard: "info")
    package static let endpointsFileKey = SettingKey(
        "switchboard.endpoints.file",
        "Where the services are: a JSON file, read again when it changes. Or the service's peers setting; or, if neither is given, by their names."
    )

    /// The keys that every service has besides its own.
    package static func commonKeys(_ name: ServiceName) -> [SettingKey] {
        [replicaKey, logLevelKey, endpointsFileKey, Settings.conventionsKey, InternalServer.portKey(name), InternalServer.hostKey(name)]
    }

    /// Runs a service's executable: `--help` prints the keys, `--health` asks a running one whether it is ready, anything else runs
    /// the parts until SIGTERM or SIGINT and returns when they have stopped.
    /// - Parameter compose: builds the parts; they start together and stop last to first.
    package static func main(
        _ name: ServiceName, keys: [SettingKey], compose: @Sendable (ServiceProcess) async throws -> [any Service]
    ) async {
        let arguments = CommandLine.arguments
        let keys = commonKeys(name) + keys
        if arguments.contains("--help") || arguments.contains("-h") {
            print(help(name, keys))
            return
        }
        do {
            try refuseUnknownFlags(arguments, keys)
            let settings = Settings(arguments: arguments.filter { $0 != "--health" }, service: name)
            if arguments.contains("--health") {
                let port = try settings.integer(InternalServer.portKey(name), in: 1...65_535)
                exit(HealthProbe.isReady(host: try settings.text(InternalServer.hostKey(name)), port: UInt16(port)) ? 0 : 1)
            }
            let replica =
                settings.optionalText(replicaKey) == nil
                ? Int.random(in: numberedMax + 1...Int(UInt16.max)) : try settings.integer(replicaKey, in: 1...numberedMax)
            guard let level = Logger.Level(rawValue: try settings.text(logLevelKey)) else {
                throw SettingError.invalid(logLevelKey, "is no level")
            }
            LoggingSystem.bootstrap { label in JSONLogHandler(label: label, service: name, replica: replica, level: level) }
            let process = ServiceProcess(name: name, replica: replica, settings: settings, logger: Logger(label: name.rawValue))
            let parts = try await compose(process)
            try await process.run(parts)
        } catch let error as SettingError {
            FileHandle.standardError.write(Data("\(name): \(error)\n".utf8))
            exit(78)  // EX_CONFIG
        } catch {
            FileHandle.standardError.write(Data("\(name) stopped: \(String(reflecting: error))\n".utf8))
            exit(1)
        }
    }

    /// Runs `parts` with the health listener until a signal asks to stop.
    package func run(_ parts: [any Service]) async throws {
        let server = try InternalServer(
            host: settings.text(InternalServer.hostKey(name)), port: settings.integer(InternalServer.portKey(name), in: 0...65_535),
            routes: routes, checks: health, metrics: metrics, logger: logger)
        var configuration = ServiceGroupConfiguration(
            services: ([server] + parts + [DrainLimit(logger: logger), Departure(health: health)]).map { .init(service: $0) },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = Self.drainMax
        logger.info("starting", metadata: ["pid": "\(ProcessInfo.processInfo.processIdentifier)"])
        try await ServiceGroup(configuration: configuration).run()
        logger.info("stopped")
    }

    static func help(_ name: ServiceName, _ keys: [SettingKey]) -> String {
        let lines = keys.map { key in
            "  \(key.flag)\n      \(key.help) Environment: \(key.variable)."
                + (key.isSecret ? " Secret." : key.standard.map { " Default: \($0)." } ?? "")
        }
        return """
            Usage: \(name) [options]
            The command line wins over the environment, and that over the defaults. A variable may lack the service's name: \(InternalServer.portKey(name).variable.dropFirst(name.schema.count + 1)).

            \(lines.joined(separator: "\n"))
              --health
                  Asks the process whose \(InternalServer.portKey(name).flag) (and \(InternalServer.hostKey(name).flag)) is given; exit code 0 if it is ready, else 1.
              --help
                  Prints this.
            """
    }

    static func refuseUnknownFlags(_ arguments: [String], _ keys: [SettingKey]) throws(SettingError) {
        let known = Set(keys.map(\.flag)).union(["--health", "--help"])
        for argument in arguments.dropFirst() where argument.hasPrefix("--") {
            let flag = String(argument.prefix { $0 != "=" })
            if !known.contains(flag) { throw .unknownFlag(flag) }
        }
    }
}

/// The last part, so the first to hear that it is to stop: says so to everybody before the others stop one after the other.
private struct Departure: Service {
    let health: HealthChecks

    func run() async throws {
        try await gracefulShutdown()
        health.leave()
    }
}

/// Ends the process when a part neither drains nor heeds its cancellation. Behind the parts, so that it hears of the end before they do:
/// they are told one after the other, and one that hangs would keep it from ever hearing.
private struct DrainLimit: Service {
    let logger: Logger

    func run() async throws {
        try await gracefulShutdown()
        let logger = logger
        Task.detached {
            try await Task.sleep(for: ServiceProcess.drainMax + ServiceProcess.cancellationMax)
            logger.critical("a part did not stop in time")
            exit(70)  // EX_SOFTWARE
        }
    }
}

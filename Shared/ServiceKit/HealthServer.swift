import Contracts
import Hummingbird
import Logging
import ServiceLifecycle

/// The internal listener of every process: `/health/live`, `/health/ready`, `/metrics`. Not for the public.
package struct HealthServer: Service {
    package static func portKey(_ name: ServiceName) -> SettingKey {
        SettingKey("\(name).health.port", "Port of the internal listener with health and metrics; 0 takes a free one.", standard: "0")
    }

    package static func hostKey(_ name: ServiceName) -> SettingKey {
        SettingKey("\(name).health.host", "Address of the internal listener.", standard: "127.0.0.1")
    }

    private let host: String
    private let port: Int
    private let checks: HealthChecks
    private let metrics: MetricsRegistry
    private let logger: Logger
    private let onPort: @Sendable (Int) async -> Void

    /// - Parameter onPort: hears which port was taken.
    package init(
        host: String, port: Int, checks: HealthChecks, metrics: MetricsRegistry, logger: Logger,
        onPort: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.host = host
        self.port = port
        self.checks = checks
        self.metrics = metrics
        var quiet = logger
        if quiet.logLevel < .notice { quiet.logLevel = .notice }
        self.logger = quiet
        self.onPort = onPort
    }

    package func run() async throws {
        let router = Router()
        router.get("/health/live") { _, _ in "alive\n" }
        let checks = checks
        router.get("/health/ready") { _, _ in
            let results = await checks.results()
            let lines = results.map { "\($0.name): \($0.isReady ? "ready" : "not ready")\n" }.joined()
            let isReady = results.allSatisfy(\.isReady)
            return Response(
                status: isReady ? .ok : .serviceUnavailable, headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: lines.isEmpty ? "ready\n" : lines)))
        }
        let metrics = metrics
        router.get("/metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.exposition())))
        }
        let onPort = onPort
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { channel in await onPort(channel.localAddress?.port ?? 0) }, logger: logger)
        try await application.run()
    }
}

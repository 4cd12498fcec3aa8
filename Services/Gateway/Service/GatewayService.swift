import Bus
import Contracts
import EventLog
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceKit
import ServiceLifecycle
import Synchronization

/// The only public edge: REST, WebSockets and pages on one port. Nothing durable is kept here; any number of replicas may run.
package struct GatewayService: Sendable {
    private let configuration: GatewayConfiguration
    private let bus: any Bus
    private let process: ServiceProcess
    private let group: any EventLoopGroup
    private let hub: SocketHub
    private let followers: [LiveFollower]
    private let responder: GatewayResponder
    private let gate: SocketGate
    private let listening = Listening()
    /// The route table, for tests and for the OpenAPI document's check.
    package let routes: [Route]

    package init(
        configuration: GatewayConfiguration, bus: any Bus, process: ServiceProcess, now: @escaping @Sendable () -> Date = { Date() }
    ) throws {
        self.configuration = configuration
        self.bus = bus
        self.process = process
        group = MultiThreadedEventLoopGroup.singleton
        let logger = process.logger
        let hub = SocketHub(group: group, limits: configuration.sockets, counters: SocketCounters(process.metrics))
        self.hub = hub
        followers = [ServiceName.chat, .router].map { stream in
            LiveFollower(stream: stream, bus: bus, logger: logger, handler: { hub.receive($0) }, reset: { hub.reset() })
        }
        let limits = RequestLimits(
            address: configuration.addressPolicy, visitor: configuration.visitorPolicy, tenant: configuration.tenantPolicy,
            signIn: configuration.signInPolicy)
        let address = ClientAddress(trustedProxies: configuration.trustedProxies)
        let authenticator = Authenticator(
            bus: bus, keys: SigningKeyCache(bus: bus, logger: logger), issuer: configuration.issuer, now: now)
        guard let document = Bundle.module.url(forResource: "openapi", withExtension: "json", subdirectory: "OpenAPI") else {
            throw CocoaError(.fileNoSuchFile)
        }
        let pages = PageController(
            files: try configuration.webDirectory.map(StaticFiles.init(directory:)) ?? StaticFiles(), demoSite: configuration.demoSite,
            document: StaticFiles.File(Array(try Data(contentsOf: document)), type: "application/json"))
        routes =
            AuthController(limits: limits).routes + UserController(publicURL: configuration.publicURL).routes + SiteController().routes
            + BusinessRulesController().routes
            + VisitorController().routes + SessionController().routes + MessageController().routes + CustomerController().routes
            + RoomController().routes + AgentController().routes + TeamController().routes + pages.routes
        responder = GatewayResponder(
            routes: routes, authenticator: authenticator, limits: limits, address: address, bus: bus, metrics: process.metrics,
            logger: logger)
        gate = SocketGate(
            authenticator: authenticator, address: address,
            services: SocketServices(
                bus: bus, hub: hub, followers: followers, limits: configuration.sockets, requestLimits: limits, logger: logger),
            now: now)
        collectMetrics(followers, process.metrics)
        let listening = listening
        process.health.add("port") { listening.isTrue.load(ordering: .acquiring) }
    }

    /// Started together, stopped last to first: the public port closes before what it needs.
    /// - Parameter onPort: hears which port was taken.
    package func parts(onPort: @escaping @Sendable (Int) async -> Void = { _ in }) -> [any Service] {
        [bus] + followers + [PresenceReporter(bus: bus, presence: hub.presence, logger: process.logger), server(onPort: onPort)]
    }

    private func server(onPort: @escaping @Sendable (Int) async -> Void) -> any Service {
        let gate = gate
        let listening = listening
        var logger = process.logger
        if logger.logLevel < .notice { logger.logLevel = .notice }
        return Application(
            responder: responder, server: HTTPServerBuilder { responder in GatewayChannel(responder: responder, gate: gate) },
            configuration: ApplicationConfiguration(address: .hostname(configuration.host, port: configuration.port), serverName: nil),
            onServerRunning: { channel in
                listening.isTrue.store(true, ordering: .releasing)
                await onPort(channel.localAddress?.port ?? 0)
            },
            eventLoopGroupProvider: .shared(group), logger: logger)
    }
}

private func collectMetrics(_ followers: [LiveFollower], _ metrics: MetricsRegistry) {
    metrics.collect {
        followers.flatMap { follower in
            let snapshot = follower.snapshot()
            let stream = follower.stream.rawValue
            return [
                MetricSample(
                    "gateway_log_applied_total", "Events handed to sockets.", .counter, labels: ["stream": stream], Double(snapshot.applied)
                ),
                MetricSample(
                    "gateway_log_fetches_total", "Times the log was asked.", .counter, labels: ["stream": stream], Double(snapshot.fetches)),
                MetricSample(
                    "gateway_log_lag_events", "Events known and not yet handed on.", .gauge, labels: ["stream": stream],
                    Double(snapshot.lag)),
            ]
        }
    }
}

/// Whether the public port is open.
private final class Listening: Sendable {
    let isTrue = Atomic(false)
}

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
    private let accessListener: AccessListener
    private let responder: GatewayResponder
    private let gate: SocketGate
    private let passThrough: PassThrough
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
            signIn: configuration.signInPolicy, newcomers: configuration.newcomerPolicies)
        let places = SocketPlaces(configuration.sockets)
        let address = ClientAddress(trustedProxies: configuration.trustedProxies)
        let endings = AccessEndings(now: now)
        let authenticator = Authenticator(
            bus: bus, keys: SigningKeyCache(bus: bus, logger: logger), issuer: configuration.issuer, endings: endings, now: now)
        accessListener = AccessListener(bus: bus, endings: endings, authenticator: authenticator, hub: hub, logger: logger)
        guard let document = Bundle.module.url(forResource: "openapi", withExtension: "json", subdirectory: "OpenAPI") else {
            throw CocoaError(.fileNoSuchFile)
        }
        let pages = PageController(
            files: try configuration.webDirectory.map(StaticFiles.init(directory:)) ?? StaticFiles(), demoSite: configuration.demoSite,
            origins: configuration.origins,
            document: StaticFiles.File(Array(try Data(contentsOf: document)), type: "application/json"))
        routes =
            AuthController(limits: limits).routes
            + UserController(publicURL: configuration.origins.staffOrigin ?? configuration.publicURL).routes
            + KeyController().routes + SiteController().routes
            + BusinessRulesController().routes
            + VisitorController(limits: limits).routes + SessionController(places: places, origins: configuration.origins).routes
            + MessageController().routes
            + CustomerController().routes
            + RoomController().routes + AgentController().routes + TeamController().routes
            + JobController(services: configuration.jobServices).routes + pages.routes
        responder = GatewayResponder(
            routes: routes, authenticator: authenticator, limits: limits, address: address, origins: configuration.origins, bus: bus,
            metrics: process.metrics,
            logger: logger)
        gate = SocketGate(
            authenticator: authenticator, address: address,
            services: SocketServices(
                bus: bus, hub: hub, followers: followers, limits: configuration.sockets, requestLimits: limits, endings: endings,
                logger: logger),
            places: places, origins: configuration.origins, now: now)
        passThrough = PassThrough(
            table: PassThroughTable(configuration.passThrough, configuration.passThroughLimits, process.metrics), limits: limits,
            places: places, address: address, logger: logger)
        collectMetrics(followers, process.metrics)
        let listening = listening
        process.health.add("port") { listening.isTrue.load(ordering: .acquiring) }
    }

    /// Started together, stopped last to first: the public port closes before what it needs.
    /// - Parameter onPort: hears which port was taken.
    package func parts(onPort: @escaping @Sendable (Int) async -> Void = { _ in }) -> [any Service] {
        [bus] + followers + [
            accessListener, PresenceReporter(bus: bus, presence: hub.presence, logger: process.logger), server(onPort: onPort),
        ]
    }

    private func server(onPort: @escaping @Sendable (Int) async -> Void) -> any Service {
        let (gate, passThrough) = (gate, passThrough)
        let limits = configuration.connections
        let counts = ConnectionCounts(limits)
        let refused = process.metrics.counter(
            "gateway_connections_refused_total", "Connections closed at once: too many of an address, or in all.")
        let listening = listening
        var logger = process.logger
        if logger.logLevel < .notice { logger.logLevel = .notice }
        return Application(
            responder: responder,
            server: HTTPServerBuilder { responder in
                GatewayChannel(
                    responder: responder, gate: gate, passThrough: passThrough, limits: limits, counts: counts, refused: refused
                ).channel
            },
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

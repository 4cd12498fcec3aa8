import Contracts
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1
import NIOPosix
import NIOWebSocket
import ServiceLifecycle

/// The internal listener of every process: `/health/live`, `/health/ready`, `/metrics`, and what its service adds (``InternalRoutes``).
/// Not for the public: the gateway passes on what its settings name, and of that only routes whose reach says so are answered.
package struct InternalServer: Service {
    package static func portKey(_ name: ServiceName) -> SettingKey {
        SettingKey("\(name).health.port", "Port of the internal listener with health and metrics; 0 takes a free one.", standard: "0")
    }

    package static func hostKey(_ name: ServiceName) -> SettingKey {
        SettingKey("\(name).health.host", "Address of the internal listener.", standard: "127.0.0.1")
    }

    private let host: String
    private let port: Int
    private let routes: InternalRoutes
    private let limits: InternalLimits
    private let metrics: MetricsRegistry
    private let logger: Logger
    private let onPort: @Sendable (Int) async -> Void

    /// - Parameter onPort: hears which port was taken.
    package init(
        host: String, port: Int, routes: InternalRoutes = InternalRoutes(), checks: HealthChecks, metrics: MetricsRegistry,
        limits: InternalLimits = InternalLimits(), logger: Logger, onPort: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.host = host
        self.port = port
        self.routes = routes
        self.limits = limits
        self.metrics = metrics
        var quiet = logger
        if quiet.logLevel < .notice { quiet.logLevel = .notice }
        self.logger = quiet
        self.onPort = onPort
        routes.add(.get, "/health/live", reach: .inside) { _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: "alive\n")))
        }
        routes.add(.get, "/health/ready", reach: .inside) { _ in
            let results = await checks.results()
            let lines = results.map { "\($0.name): \($0.isReady ? "ready" : "not ready")\n" }.joined()
            let isReady = results.allSatisfy(\.isReady)
            return Response(
                status: isReady ? .ok : .serviceUnavailable, headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: lines.isEmpty ? "ready\n" : lines)))
        }
        routes.add(.get, "/metrics", reach: .inside) { _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.exposition())))
        }
    }

    package func run() async throws {
        let refused = metrics.counter("switchboard_internal_connections_refused_total", "Connections closed at once: too many.")
        let channel = UpgradableChannel(
            limits: limits.connections, counts: ConnectionCounts(limits.connections), refused: refused, countedAs: { $0 },
            upgrader: { channel, connection in upgrader(channel, connection) },
            answer: { (request, writer: consuming ResponseWriter, _, connection) in
                let response: Response
                do {
                    response = try await answer(request, connection)
                } catch let error as HTTPParserError {
                    throw error
                } catch let error as ClientConnection.BodyCutShort {
                    throw error
                } catch is RequestBodyStream.TooLarge {
                    response = Response(status: .contentTooLarge)
                } catch {
                    logger.error("an internal request failed", metadata: ["error": "\(String(reflecting: error))"])
                    response = Response(status: .internalServerError)
                }
                try await writer.write(response: response.head, body: response.body)
            })
        let onPort = onPort
        try await channel.server(
            configuration: ServerConfiguration(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { channel in await onPort(channel.localAddress?.port ?? 0) },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger
        ).run()
    }

    private func answer(_ request: Request, _ connection: ClientConnection) async throws -> Response {
        if let refusal = connection.takeRefusal() { return refusal }
        let found = routes.found(
            request.head.path ?? "/", throughGateway: InternalRequest.cameThroughGateway(request.headers))
        guard !found.isEmpty else { return Response(status: .notFound) }
        for (route, parameters) in found {
            guard case .http(let method, let bodyBytesMax, let answer) = route.kind, method == request.method else { continue }
            if let length = request.headers[.contentLength].flatMap(Int.init), length > bodyBytesMax {
                return Response(status: .contentTooLarge)
            }
            return try await answer(
                InternalRequest(request.head, parameters: parameters, body: connection.wholeBody(of: request).limited(to: bodyBytesMax)))
        }
        let isSocket = found.contains { if case .socket = $0.route.kind { true } else { false } }
        return isSocket
            ? Response(status: .upgradeRequired, headers: [.upgrade: "websocket", .secWebSocketVersion: "13"])
            : Response(status: .methodNotAllowed)
    }

    private func upgrader(_ channel: any NIOCore.Channel, _ connection: ClientConnection) -> UpgradableChannel.Upgrader {
        let granted = NIOLoopBoundBox<(InternalRequest, @Sendable (InternalSocket) async throws -> Void)?>(
            nil, eventLoop: channel.eventLoop)
        let limits = limits
        return NIOTypedWebSocketServerUpgrader<UpgradedConnection>(
            maxFrameSize: limits.messageBytesMax, enableAutomaticErrorHandling: false,
            shouldUpgrade: { channel, head in
                let promise = channel.eventLoop.makePromise(of: Admitted?.self)
                promise.completeWithTask { await admit(head, connection) }
                return promise.futureResult.map { admitted -> HTTPHeaders? in
                    guard let admitted else { return nil }
                    granted.value = (admitted.request, admitted.talk)
                    return HTTPHeaders(admitted.subprotocol.map { [("Sec-WebSocket-Protocol", $0)] } ?? [])
                }
            },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    guard let (request, talk) = granted.value else { throw ChannelError.inappropriateOperationForState }
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(FrameCheck())
                    try pipeline.addHandler(
                        NIOWebSocketFrameAggregator(
                            minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: limits.fragmentsMax,
                            maxAccumulatedFrameSize: limits.messageBytesMax))
                    try pipeline.addHandler(InternalSocketHandler(limits))
                    let socket = try NIOAsyncChannel<SocketMessage, SocketMessage>(wrappingChannelSynchronously: channel)
                    return UpgradedConnection { try await run(socket, request, talk) }
                }
            })
    }

    private struct Admitted: Sendable {
        let request: InternalRequest
        let subprotocol: String?
        let talk: @Sendable (InternalSocket) async throws -> Void
    }

    private func admit(_ head: HTTPRequestHead, _ connection: ClientConnection) async -> Admitted? {
        do {
            let head = try HTTPRequest(head, secure: false, splitCookie: false)
            let found = routes.found(head.path ?? "/", throughGateway: InternalRequest.cameThroughGateway(head.headerFields))
            for (route, parameters) in found {
                guard case .socket(let answer) = route.kind else { continue }
                let request = InternalRequest(
                    head, parameters: parameters, body: RequestBodyStream(body: RequestBody(buffer: ByteBuffer()), isWhole: { true }))
                switch try await answer(request) {
                case .open(let subprotocol, let talk): return Admitted(request: request, subprotocol: subprotocol, talk: talk)
                case .refuse(let response): connection.refuseUpgrade(response)
                }
            }
        } catch {
            logger.error("an upgrade failed", metadata: ["error": "\(String(reflecting: error))"])
            connection.refuseUpgrade(Response(status: .internalServerError))
        }
        return nil
    }

    private func run(
        _ socket: NIOAsyncChannel<SocketMessage, SocketMessage>, _ request: InternalRequest,
        _ talk: @Sendable (InternalSocket) async throws -> Void
    ) async throws {
        try await socket.executeThenClose { inbound, outbound in
            var code = WebSocketErrorCode.normalClosure
            do {
                try await talk(InternalSocket(request: request, messages: inbound, outbound: outbound))
            } catch {
                code = .unexpectedServerError
                logger.debug("a socket ended", metadata: ["error": "\(error)"])
            }
            socket.channel.triggerUserOutboundEvent(InternalSocketHandler.Close(code: code), promise: nil)
            try await socket.channel.closeFuture.get()
        }
    }
}

extension HTTPField.Name {
    static let secWebSocketVersion = HTTPField.Name("Sec-WebSocket-Version")!
}

import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOWebSocket

/// A connection at the public port: HTTP/1.1, or a WebSocket if its first request asks for one and may have it. (NIO's upgrader
/// looks at the first request only; browsers open a connection of its own for each WebSocket.)
struct GatewayChannel: ServerChildChannel, HTTPChannelHandler {
    /// A connection without a request, or whose request does not go on, is closed. Longer than what load balancers keep.
    static let idleTimeout = TimeAmount.seconds(75)
    /// All header fields of a request together; more is refused by the decoder.
    static let headerBytesMax = 32 * 1024

    enum Outcome: Sendable {
        case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
        case socket
    }

    struct Value: ServerChildChannelValue {
        let outcome: EventLoopFuture<Outcome>
        let channel: any NIOCore.Channel
    }

    let responder: Responder
    let gate: SocketGate

    func setup(channel: any NIOCore.Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let grant = NIOLoopBoundBox<SocketGrant?>(nil, eventLoop: channel.eventLoop)
            let gate = gate
            let pending = NIOLoopBound(PendingConnection(), eventLoop: channel.eventLoop)
            let first = NIOLoopBound(FirstRequest(), eventLoop: channel.eventLoop)
            let upgrader = NIOTypedWebSocketServerUpgrader<Outcome>(
                maxFrameSize: gate.services.limits.clientFrameBytesMax, enableAutomaticErrorHandling: false,
                shouldUpgrade: { channel, head in
                    let promise = channel.eventLoop.makePromise(of: SocketGrant?.self)
                    let peer = channel.remoteAddress?.ipAddress ?? ""
                    promise.completeWithTask { await gate.admit(head, peer: peer) }
                    return promise.futureResult.map { admitted in
                        grant.value = admitted
                        return admitted.map { gate.responseHeaders(head, $0) }
                    }
                },
                upgradePipelineHandler: { channel, _ in
                    channel.eventLoop.makeCompletedFuture {
                        guard let admitted = grant.value else { throw ChannelError.inappropriateOperationForState }
                        channel.pipeline.syncOperations.removeHandler(first.value, promise: nil)
                        channel.pipeline.syncOperations.removeHandler(pending.value, promise: nil)
                        try gate.open(admitted, channel)
                        return .socket
                    }
                })
            let upgrade = NIOTypedHTTPServerUpgradeConfiguration<Outcome>(
                upgraders: [upgrader],
                notUpgradingCompletionHandler: { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        pipeline.removeHandler(pending.value, promise: nil)
                        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
                        try pipeline.addHandler(
                            HTTPConnectionStateHandler(idleTimeout: .nanoseconds(Self.idleTimeout.nanoseconds), logger: logger))
                        let http = try NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>(
                            wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                        first.value.sayAgain(from: try pipeline.context(handlerType: NIOTypedHTTPServerUpgradeHandler<Outcome>.self))
                        pipeline.removeHandler(first.value, promise: nil)
                        return .http(http)
                    }
                })
            var configuration = NIOUpgradableHTTPServerPipelineConfiguration(upgradeConfiguration: upgrade)
            configuration.enablePipelining = false  // NIOAsyncChannel answers one request after the other
            configuration.enableErrorHandling = false
            configuration.enableResponseHeaderValidation = false  // HTTPTypes has done it
            configuration.decoderConfiguration.maxHeaderListSize = Self.headerBytesMax
            configuration.decoderConfiguration.maxHeaderFieldSize = Self.headerBytesMax
            let outcome = try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(configuration: configuration)
            let pipeline = channel.pipeline.syncOperations
            let upgradeHandler = try pipeline.context(handlerType: NIOTypedHTTPServerUpgradeHandler<Outcome>.self).handler
            try pipeline.addHandler(first.value, position: .before(upgradeHandler))
            try pipeline.addHandler(pending.value)
            return Value(outcome: outcome, channel: channel)
        }
    }

    func handle(value: Value, logger: Logger) async {
        do {
            switch try await value.outcome.get() {
            case .http(let channel): await handleHTTP(asyncChannel: channel, logger: logger)
            case .socket: try await value.channel.closeFuture.get()
            }
        } catch {
            value.channel.close(promise: nil)
            logger.debug("a connection ended before its first request", metadata: ["error": "\(error)"])
        }
    }
}

/// Keeps the first request's head for the case that it asks for an upgrade and does not get it: NIO's upgrade handler then forgets
/// what it has read, and nobody would answer (swift-nio 2.101, `NIOTypedHTTPServerUpgraderStateMachine.awaitingUpgrader`).
private final class FirstRequest: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private var head: HTTPRequestHead?
    /// Behind it come other requests, or bytes of a WebSocket, which are none of ours.
    private var isOver = false
    private var endWasForgotten = false
    private var wasSaidAgain = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isOver {
            switch Self.unwrapInboundIn(data) {
            case .head(let head): self.head = head
            case .body: break
            case .end:
                isOver = true
                endWasForgotten = !wasSaidAgain
            }
        }
        context.fireChannelRead(data)
    }

    /// The end, if it was read before the upgrade was refused, was forgotten with the head; one that comes later is passed on.
    func sayAgain(from upgradeHandler: ChannelHandlerContext) {
        wasSaidAgain = true
        guard let head, !head.headers[canonicalForm: "upgrade"].isEmpty else { return }
        upgradeHandler.fireChannelRead(NIOAny(HTTPServerRequestPart.head(head)))
        guard endWasForgotten else { return }
        upgradeHandler.fireChannelRead(NIOAny(HTTPServerRequestPart.end(nil)))
        upgradeHandler.fireChannelReadComplete()
    }
}

/// Guards a connection until its first request is read: one that sends nothing, or no HTTP, is closed.
private final class PendingConnection: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private var timer: Scheduled<Void>?

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: GatewayChannel.idleTimeout) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent, ChannelEvent.inputClosed: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError else { return }
        let head = HTTPResponseHead(version: .http1_1, status: .badRequest, headers: ["connection": "close", "content-length": "0"])
        let channel = context.channel
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }
}

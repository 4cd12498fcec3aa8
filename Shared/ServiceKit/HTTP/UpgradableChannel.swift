import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// A connection at a port of ours: HTTP/1.1 with deadlines, or a WebSocket if its first request asks for one and may have it. (NIO's
/// upgrader looks at the first request only; clients open a connection of its own for each WebSocket.)
package struct UpgradableChannel: ServerChildChannel, HTTPChannelHandler {
    /// Answers one request. What it throws ends the connection without an end of the answer.
    package typealias Answer =
        @Sendable (Request, consuming ResponseWriter, any NIOCore.Channel, ClientConnection) async throws -> Void
    package typealias Upgrader = any NIOTypedHTTPServerProtocolUpgrader<UpgradedConnection>

    enum Outcome: Sendable {
        case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
        case upgraded(UpgradedConnection)
    }

    package struct Value: ServerChildChannelValue {
        let outcome: EventLoopFuture<Outcome>
        let connection: ClientConnection
        package let channel: any NIOCore.Channel
    }

    package private(set) var responder: Responder
    private let limits: ConnectionLimits
    private let counts: ConnectionCounts
    private let refused: Counter
    private let countedAs: @Sendable (_ peer: String) -> String?
    private let upgrader: @Sendable (any NIOCore.Channel, ClientConnection) -> Upgrader
    private let answer: Answer

    /// - Parameters:
    ///   - refused: counts connections that are closed at once.
    ///   - countedAs: whose connections a peer's are counted among; nil if only in all.
    ///   - upgrader: made on the event loop for each connection, for the protocol `websocket`.
    package init(
        limits: ConnectionLimits, counts: ConnectionCounts, refused: Counter, countedAs: @escaping @Sendable (_ peer: String) -> String?,
        upgrader: @escaping @Sendable (any NIOCore.Channel, ClientConnection) -> Upgrader, answer: @escaping Answer
    ) {
        self.limits = limits
        self.counts = counts
        self.refused = refused
        self.countedAs = countedAs
        self.upgrader = upgrader
        self.answer = answer
        responder = { (request, writer: consuming ResponseWriter, channel) in try await answer(request, writer, channel, ClientConnection())
        }
    }

    package func setup(channel: any NIOCore.Channel, logger: Logger) -> EventLoopFuture<Value> {
        let counted = countedAs(channel.remoteAddress?.ipAddress ?? "")
        guard counts.open(counted) else {
            refused.add()
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        let counts = counts
        channel.closeFuture.whenComplete { _ in counts.close(counted) }
        return channel.eventLoop.makeCompletedFuture {
            let limits = limits
            let connection = ClientConnection()
            let deadlineHandler = ConnectionDeadline(limits)
            let deadline = NIOLoopBound(deadlineHandler, eventLoop: channel.eventLoop)
            let stages = NIOLoopBound(RequestStages(deadlineHandler, connection), eventLoop: channel.eventLoop)
            let pending = NIOLoopBound(PendingConnection(idleMax: limits.idleMax), eventLoop: channel.eventLoop)
            let first = NIOLoopBound(FirstRequest(), eventLoop: channel.eventLoop)
            let upgrade = NIOTypedHTTPServerUpgradeConfiguration<Outcome>(
                upgraders: [
                    ConnectionUpgrader(inner: upgrader(channel, connection)) { channel in
                        let pipeline = channel.pipeline.syncOperations
                        pipeline.removeHandler(first.value, promise: nil)
                        pipeline.removeHandler(pending.value, promise: nil)
                        // What comes now has limits of its own.
                        pipeline.removeHandler(stages.value, promise: nil)
                        pipeline.removeHandler(deadline.value, promise: nil)
                    }
                ],
                notUpgradingCompletionHandler: { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        pipeline.removeHandler(pending.value, promise: nil)
                        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
                        try pipeline.addHandler(
                            HTTPConnectionStateHandler(idleTimeout: .nanoseconds(limits.idleMax.nanoseconds), logger: logger))
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
            configuration.decoderConfiguration.maxHeaderListSize = limits.headerBytesMax
            configuration.decoderConfiguration.maxHeaderFieldSize = limits.headerBytesMax
            try channel.pipeline.syncOperations.addHandler(deadline.value)
            let outcome = try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(configuration: configuration)
            let pipeline = channel.pipeline.syncOperations
            let upgradeHandler = try pipeline.context(handlerType: NIOTypedHTTPServerUpgradeHandler<Outcome>.self).handler
            try pipeline.addHandler(stages.value, position: .before(upgradeHandler))
            try pipeline.addHandler(first.value, position: .before(upgradeHandler))
            try pipeline.addHandler(pending.value)
            return Value(outcome: outcome, connection: connection, channel: channel)
        }
    }

    /// Ends the connection behind the answer.
    private struct UpgradeRefused: Error {}

    /// Behind such a request NIO's decoder reads nothing more: the next one would never be answered.
    private static func asksForUpgrade(_ fields: HTTPFields) -> Bool {
        fields[.upgrade] != nil && fields[values: .connection].contains { $0.lowercased().contains("upgrade") }
    }

    package func handle(value: Value, logger: Logger) async {
        do {
            switch try await value.outcome.get() {
            case .http(let channel):
                let answer = answer
                let connection = value.connection
                var own = self
                own.responder = { (request, writer: consuming ResponseWriter, channel) in
                    connection.requestBegins()
                    let isLast = Self.asksForUpgrade(request.headers)
                    try await answer(request, writer, channel, connection)
                    if isLast { throw UpgradeRefused() }
                }
                await own.handleHTTP(asyncChannel: channel, logger: logger)
            case .upgraded(let upgraded): try await upgraded.run()
            }
        } catch {
            value.channel.close(promise: nil)
            logger.debug("a connection ended before its first request", metadata: ["error": "\(error)"])
        }
    }
}

/// Clears the pipeline of what guards HTTP, once an upgrade is granted.
private struct ConnectionUpgrader: NIOTypedHTTPServerProtocolUpgrader {
    let inner: UpgradableChannel.Upgrader
    let clear: @Sendable (any NIOCore.Channel) -> Void

    var supportedProtocol: String { inner.supportedProtocol }
    var requiredUpgradeHeaders: [String] { inner.requiredUpgradeHeaders }

    func buildUpgradeResponse(
        channel: any NIOCore.Channel, upgradeRequest: HTTPRequestHead, initialResponseHeaders: HTTPHeaders
    ) -> EventLoopFuture<HTTPHeaders> {
        inner.buildUpgradeResponse(channel: channel, upgradeRequest: upgradeRequest, initialResponseHeaders: initialResponseHeaders)
    }

    func upgrade(channel: any NIOCore.Channel, upgradeRequest: HTTPRequestHead) -> EventLoopFuture<UpgradableChannel.Outcome> {
        clear(channel)
        return inner.upgrade(channel: channel, upgradeRequest: upgradeRequest).map { .upgraded($0) }
    }
}

import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// One request's own connection to a service. Plain NIO rather than async-http-client: the target and the fields leave exactly as they
/// came (a client's URL type writes them anew), a connection of its own makes "nothing was sent yet" certain when another address is
/// tried, and closing it is all that cancelling takes.
final class Upstream: Sendable {
    /// Why we ended it.
    enum Ending: Sendable, Equatable {
        case clientLeft, bodyTooLarge, answerTooLate, idle
    }

    private let channel: any NIOCore.Channel
    private let why = Mutex<Ending?>(nil)

    init(_ channel: any NIOCore.Channel) {
        self.channel = channel
    }

    var ending: Ending? { why.withLock { $0 } }

    /// Closes the connection at once; the first reason stands.
    func end(_ reason: Ending) {
        why.withLock { if $0 == nil { $0 = reason } }
        channel.close(promise: nil)
    }

    /// The exchange is over.
    func close() { channel.close(promise: nil) }

    typealias HTTP = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    /// Connects to the first address that takes it.
    /// - Throws: 503 if none does.
    static func connect(_ entry: PassThroughTable.Entry, on eventLoop: any EventLoop) async throws -> (HTTP, Upstream) {
        let limits = entry.limits
        return try await firstReachable(entry) { address in
            try await ClientBootstrap(group: eventLoop).connectTimeout(limits.connectMax).connect(host: address.host, port: address.port) {
                channel in
                channel.eventLoop.makeCompletedFuture {
                    let upstream = Upstream(channel)
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(IdleStateHandler(allTimeout: limits.idleMax))
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(UpstreamDeadline(upstream, answerMax: limits.answerMax))
                    return (try HTTP(wrappingChannelSynchronously: channel), upstream)
                }
            }
        }
    }

    static func firstReachable<Connected: Sendable>(
        _ entry: PassThroughTable.Entry, _ connect: (PassThroughRow.Address) async throws -> Connected
    ) async throws -> Connected {
        for address in entry.addressesInTurn() {
            do {
                return try await connect(address)
            } catch {
                continue  // nothing was sent: the next one may have it
            }
        }
        throw Problem(.serviceUnavailable, "unavailable", detail: "The service for this address is away. Ask again.").retryAfter(
            entry.limits.retryAfter)
    }
}

/// Ends an exchange whose service does not begin to answer, or in which nothing moves.
private final class UpstreamDeadline: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    private let upstream: Upstream
    private let answerMax: TimeAmount
    private var timer: Scheduled<Void>?
    private var isAnswered = false

    init(_ upstream: Upstream, answerMax: TimeAmount) {
        self.upstream = upstream
        self.answerMax = answerMax
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = Self.unwrapOutboundIn(data), !isAnswered {
            let upstream = upstream
            timer = context.eventLoop.scheduleTask(in: answerMax) { upstream.end(.answerTooLate) }
        }
        context.write(data, promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isAnswered = true
        timer?.cancel()
        timer = nil
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is IdleStateHandler.IdleStateEvent else { return context.fireUserInboundEventTriggered(event) }
        upstream.end(.idle)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }
}

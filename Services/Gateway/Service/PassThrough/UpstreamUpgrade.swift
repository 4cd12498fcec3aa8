import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks a service for a WebSocket and hears whether it may be had; then its connection is ready to be relayed as bytes.
final class UpstreamUpgrade: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart

    enum Answer: Sendable {
        case switching(HTTPHeaders)
        case refused(HTTPResponseHead, ByteBuffer)
    }

    /// The service did not answer, or nothing that can be passed on.
    struct Broken: Error {
        let isLate: Bool
    }

    private let limits: PassThroughLimits
    private let promise: EventLoopPromise<Answer>
    private let encoder: HTTPRequestEncoder
    private let decoder: ByteToMessageHandler<HTTPResponseDecoder>
    private var head: HTTPResponseHead?
    private var body = ByteBuffer()
    private var timer: Scheduled<Void>?

    private init(
        _ limits: PassThroughLimits, _ promise: EventLoopPromise<Answer>, _ encoder: HTTPRequestEncoder,
        _ decoder: ByteToMessageHandler<HTTPResponseDecoder>
    ) {
        self.limits = limits
        self.promise = promise
        self.encoder = encoder
        self.decoder = decoder
    }

    struct Connection: Sendable {
        let channel: any NIOCore.Channel
        let upgrade: NIOLoopBound<UpstreamUpgrade>
        let answer: EventLoopFuture<Answer>
    }

    static func connect(_ address: PassThroughRow.Address, _ limits: PassThroughLimits, on eventLoop: any EventLoop) async throws
        -> Connection
    {
        try await ClientBootstrap(group: eventLoop).connectTimeout(limits.connectMax)
            .channelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            .connect(host: address.host, port: address.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let encoder = HTTPRequestEncoder()
                    let decoder = ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes))
                    let promise = channel.eventLoop.makePromise(of: Answer.self)
                    let upgrade = UpstreamUpgrade(limits, promise, encoder, decoder)
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandlers([encoder, decoder, upgrade])
                    return Connection(
                        channel: channel, upgrade: NIOLoopBound(upgrade, eventLoop: channel.eventLoop), answer: promise.futureResult)
                }
            }
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        let promise = promise
        timer = context.eventLoop.scheduleTask(in: limits.answerMax) {
            promise.fail(Broken(isLate: true))
            channel.close(promise: nil)
        }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            guard head.status == .switchingProtocols else { return }
            timer?.cancel()
            guard head.headers[canonicalForm: "upgrade"].contains(where: { $0.lowercased() == "websocket" }) else { return fail(context) }
            // What follows is for the client, once it can be passed on.
            do {
                try context.channel.syncOptions?.setOption(.autoRead, value: false)
            } catch {
                return fail(context)
            }
            promise.succeed(.switching(head.headers))
        case .body(var part):
            guard body.readableBytes + part.readableBytes <= limits.refusalBytesMax else { return fail(context) }
            body.writeBuffer(&part)
        case .end:
            guard let head, head.status != .switchingProtocols else { return }
            timer?.cancel()
            promise.succeed(.refused(head, body))
            context.close(promise: nil)
        }
    }

    private func fail(_ context: ChannelHandlerContext) {
        promise.fail(Broken(isLate: false))
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(context) }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(Broken(isLate: false))
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        promise.fail(Broken(isLate: false))
    }

    /// Bytes from now on: those that came behind the answer are said first.
    func removeHTTP(from channel: any NIOCore.Channel) -> EventLoopFuture<Void> {
        let pipeline = channel.pipeline.syncOperations
        let steps = [pipeline.removeHandler(self), pipeline.removeHandler(decoder), pipeline.removeHandler(encoder)]
        return EventLoopFuture.andAllSucceed(steps, on: channel.eventLoop)
    }
}

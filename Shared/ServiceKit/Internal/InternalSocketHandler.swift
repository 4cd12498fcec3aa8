import NIOCore
import NIOWebSocket

/// Between WebSocket frames and an ``InternalSocket``'s messages: answers pings and close frames, sends pings, and tells a close from a
/// connection that was lost.
final class InternalSocketHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = SocketMessage
    typealias OutboundIn = SocketMessage
    typealias OutboundOut = WebSocketFrame

    /// Asks it to close.
    struct Close: Sendable {
        let code: WebSocketErrorCode
    }

    private let limits: InternalLimits
    private var isClosing = false
    /// The peer said that it closes, so that the end is no loss.
    private var isClosed = false
    /// While we do not read, a peer's silence means nothing.
    private var isReading = false
    private var heardAt = NIODeadline.now()
    private var pings: RepeatedTask?
    private var patience: Scheduled<Void>?

    init(_ limits: InternalLimits) {
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        pings = context.eventLoop.scheduleRepeatedTask(initialDelay: limits.pingInterval, delay: limits.pingInterval) { _ in
            let (handler, context) = bound.value
            handler.ping(context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        pings?.cancel()
        patience?.cancel()
        pings = nil
        patience = nil
    }

    private func ping(_ context: ChannelHandlerContext) {
        if isReading, heardAt + limits.silenceMax < .now() { return context.close(promise: nil) }
        guard !isClosing else { return }
        context.writeAndFlush(Self.wrapOutboundOut(WebSocketFrame(fin: true, opcode: .ping, data: ByteBuffer())), promise: nil)
    }

    func read(context: ChannelHandlerContext) {
        if !isReading { heardAt = .now() }
        isReading = true
        context.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        context.fireChannelReadComplete()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = Self.unwrapInboundIn(data)
        heardAt = .now()
        switch frame.opcode {
        case .text:
            let bytes = frame.unmaskedData
            guard let text = String(validating: bytes.readableBytesView, as: UTF8.self) else {
                return refuse(context, .dataInconsistentWithMessage, FrameCheck.Refused())
            }
            context.fireChannelRead(Self.wrapInboundOut(.text(text)))
        case .binary: context.fireChannelRead(Self.wrapInboundOut(.binary(frame.unmaskedData)))
        case .ping:
            context.writeAndFlush(Self.wrapOutboundOut(WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)), promise: nil)
        case .pong: break
        case .connectionClose:
            isClosed = true
            let channel = context.channel
            guard !isClosing else { return channel.close(promise: nil) }
            isClosing = true
            var code = frame.unmaskedData
            let answer = WebSocketFrame(
                fin: true, opcode: .connectionClose, data: code.readSlice(length: min(2, code.readableBytes)) ?? ByteBuffer())
            context.writeAndFlush(Self.wrapOutboundOut(answer)).whenComplete { _ in channel.close(promise: nil) }
        default: refuse(context, .protocolError, FrameCheck.Refused())
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isClosing else { return promise?.fail(ChannelError.outputClosed) ?? () }
        let frame =
            switch Self.unwrapOutboundIn(data) {
            case .text(let text): WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: text))
            case .binary(let bytes): WebSocketFrame(fin: true, opcode: .binary, data: bytes)
            }
        context.write(Self.wrapOutboundOut(frame), promise: promise)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let close = event as? Close else { return context.triggerUserOutboundEvent(event, promise: promise) }
        say(context, close.code)
        promise?.succeed(())
    }

    /// Says why, and closes when the peer has answered, or did not in time.
    private func say(_ context: ChannelHandlerContext, _ code: WebSocketErrorCode) {
        guard !isClosing else { return }
        isClosing = true
        var data = ByteBuffer()
        data.write(webSocketErrorCode: code)
        context.writeAndFlush(Self.wrapOutboundOut(WebSocketFrame(fin: true, opcode: .connectionClose, data: data)), promise: nil)
        let channel = context.channel
        patience = context.eventLoop.scheduleTask(in: limits.closePatience) { channel.close(promise: nil) }
        context.read()
    }

    private func refuse(_ context: ChannelHandlerContext, _ code: WebSocketErrorCode, _ error: any Error) {
        say(context, code)
        context.fireErrorCaught(error)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOWebSocketError.invalidFrameLength, NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge:
            refuse(context, .messageTooLarge, error)
        case is NIOWebSocketError, is NIOWebSocketFrameAggregator.Error, is FrameCheck.Refused: refuse(context, .protocolError, error)
        default:
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed: context.close(promise: nil)
        case is ChannelShouldQuiesceEvent: say(context, .goingAway)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !isClosed { context.fireErrorCaught(InternalSocket.Dropped()) }
        context.fireChannelInactive()
    }
}

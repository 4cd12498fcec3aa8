import NIOCore

/// One of a pair: what is read on its channel is written on the other's, in bytes, only as fast as the other takes it. Both channels
/// are on one event loop.
final class RelayHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let halfClosedMax: TimeAmount
    private var partner: RelayHandler?
    private var context: ChannelHandlerContext?
    private var isReadPending = false
    private var patience: Scheduled<Void>?

    private init(halfClosedMax: TimeAmount) {
        self.halfClosedMax = halfClosedMax
    }

    static func pair(halfClosedMax: TimeAmount) -> (RelayHandler, RelayHandler) {
        let (one, other) = (RelayHandler(halfClosedMax: halfClosedMax), RelayHandler(halfClosedMax: halfClosedMax))
        one.partner = other
        other.partner = one
        return (one, other)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        patience?.cancel()
        patience = nil
        self.context = nil
        partner = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        partner?.context?.write(Self.wrapOutboundOut(Self.unwrapInboundIn(data)), promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        partner?.context?.flush()
    }

    /// Until the other side takes more, no more is read.
    func read(context: ChannelHandlerContext) {
        if partner?.context?.channel.isWritable ?? false {
            context.read()
        } else {
            isReadPending = true
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { partner?.readOn() }
        context.fireChannelWritabilityChanged()
    }

    private func readOn() {
        guard isReadPending else { return }
        isReadPending = false
        context?.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            guard let other = partner?.context else { return context.close(promise: nil) }
            close(other, .output)
            let channel = context.channel
            patience = context.eventLoop.scheduleTask(in: halfClosedMax) { channel.close(promise: nil) }
        case is ChannelShouldQuiesceEvent, is IdleStateHandler.IdleStateEvent: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let other = partner?.context { close(other, .all) }
        partner?.partner = nil
        partner = nil
        context.fireChannelInactive()
    }

    /// Once all that was read before is written.
    private func close(_ other: ChannelHandlerContext, _ mode: CloseMode) {
        let channel = other.channel
        other.writeAndFlush(Self.wrapOutboundOut(ByteBuffer())).whenComplete { _ in channel.close(mode: mode, promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

import NIOCore
import NIOWebSocket

/// A server must not take frames that are not masked, or that use bits of an extension which nobody has agreed on. Source: RFC 6455,
/// sections 5.1 and 5.2.
package final class FrameCheck: ChannelInboundHandler {
    package typealias InboundIn = WebSocketFrame
    package typealias InboundOut = WebSocketFrame

    package init() {}

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = Self.unwrapInboundIn(data)
        guard frame.maskKey != nil, !frame.rsv1, !frame.rsv2, !frame.rsv3 else { return context.fireErrorCaught(Refused()) }
        context.fireChannelRead(data)
    }

    /// What is fired down the pipeline instead of such a frame.
    package struct Refused: Error {}
}

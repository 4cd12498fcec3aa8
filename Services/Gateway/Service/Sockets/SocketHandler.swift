import NIOCore
import NIOWebSocket
import ServiceKit

/// Between the WebSocket decoder and a ``Socket``: hands on what is heard and turns errors into close codes.
final class SocketHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame

    private let socket: Socket

    init(_ socket: Socket) {
        self.socket = socket
    }

    func handlerAdded(context: ChannelHandlerContext) {
        do {
            socket.opened(wire: try context.pipeline.syncOperations.context(handlerType: WebSocketFrameEncoder.self))
        } catch {
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        socket.closed()
    }

    func channelInactive(context: ChannelHandlerContext) {
        socket.closed()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = Self.unwrapInboundIn(data)
        socket.heardAnything()
        switch frame.opcode {
        case .text: socket.heard(frame.unmaskedData)
        case .binary: socket.close(.notText)
        case .ping:
            socket.write(WireFrame.pong(frame.unmaskedData))
            socket.flush()
        case .pong: break
        case .connectionClose: socket.peerCloses(frame.unmaskedData)
        default: socket.close(.protocolError)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOWebSocketError.invalidFrameLength: socket.close(.tooBig)
        case NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge: socket.close(.tooBig)
        case is NIOWebSocketError, is NIOWebSocketFrameAggregator.Error, is FrameCheck.Refused: socket.close(.protocolError)
        default: context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent: socket.close(.goingAway)
        case ChannelEvent.inputClosed: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }
}

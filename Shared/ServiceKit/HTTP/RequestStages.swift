import NIOCore
import NIOHTTP1

/// Tells the ``ConnectionDeadline`` and the ``ClientConnection`` what has arrived, and the latter when its client is gone.
final class RequestStages: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private let deadline: ConnectionDeadline
    private let connection: ClientConnection

    init(_ deadline: ConnectionDeadline, _ connection: ClientConnection) {
        self.deadline = deadline
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head: deadline.headArrived()
        case .body: break
        case .end:
            deadline.requestArrived()
            connection.requestArrived()
        }
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { connection.clientLeft() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        connection.clientLeft()
        context.fireChannelInactive()
    }
}

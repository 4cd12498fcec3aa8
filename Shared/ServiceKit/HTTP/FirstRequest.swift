import NIOCore
import NIOHTTP1

/// Keeps the first request's head for the case that it asks for an upgrade and does not get it: NIO's upgrade handler then forgets
/// what it has read, and nobody would answer (swift-nio 2.101, `NIOTypedHTTPServerUpgraderStateMachine.awaitingUpgrader`).
final class FirstRequest: ChannelInboundHandler, RemovableChannelHandler {
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

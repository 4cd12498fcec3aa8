import NIOCore
import NIOHTTP1

/// Ends a connection whose client takes too long over a request's head or body, or over reading what it was answered. Stands first in
/// the pipeline and sees bytes; ``RequestStages`` tells it what they were. A request that arrives in one piece costs no timer.
final class ConnectionDeadline: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private enum Stage { case between, head, body }

    private static let lateAnswer = """
        {"type":"/problems/request-too-slow","title":"Request Timeout","status":408,"detail":"The request took too long to arrive."}
        """

    private let limits: ConnectionLimits
    private var stage = Stage.between
    private var began = NIODeadline.now()
    private var bodyBytes = 0
    private var isAnswered = false
    private var isStopping = false
    private var arrival: Scheduled<Void>?
    private var reading: Scheduled<Void>?

    init(_ limits: ConnectionLimits) {
        self.limits = limits
    }

    func headArrived() {
        enter(.body)
        isAnswered = false
        bodyBytes = 0
    }

    func requestArrived() { enter(.between) }

    private func enter(_ next: Stage) {
        stage = next
        began = .now()
        arrival?.cancel()
        arrival = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if stage == .between { enter(.head) }
        if stage == .body { bodyBytes += Self.unwrapInboundIn(data).readableBytes }
        context.fireChannelRead(data)
    }

    /// What is complete by now needs no timer.
    func channelReadComplete(context: ChannelHandlerContext) {
        if stage != .between, arrival == nil { wait(context) }
        context.fireChannelReadComplete()
    }

    private var patience: TimeAmount {
        switch stage {
        case .between: .zero
        case .head: isStopping ? .zero : limits.headMax
        case .body:
            isStopping
                ? limits.stopPatience
                : limits.bodyMax + .milliseconds(Int64(bodyBytes) * 1000 / Int64(max(1, limits.bodyBytesPerSecondMin)))
        }
    }

    private func wait(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        arrival = context.eventLoop.scheduleTask(deadline: began + patience) {
            let (handler, context) = bound.value
            handler.arrivalIsDue(context)
        }
    }

    private func arrivalIsDue(_ context: ChannelHandlerContext) {
        arrival = nil
        guard stage != .between else { return }
        // Bytes that came meanwhile have earned more time.
        guard began + patience <= .now() else { return wait(context) }
        guard stage == .body, !isAnswered else { return context.close(promise: nil) }
        let text =
            "HTTP/1.1 408 Request Timeout\r\nContent-Type: application/problem+json\r\nConnection: close\r\n"
            + "Content-Length: \(Self.lateAnswer.utf8.count)\r\n\r\n\(Self.lateAnswer)"
        let channel = context.channel
        context.writeAndFlush(Self.wrapOutboundOut(.byteBuffer(ByteBuffer(string: text)))).whenComplete { _ in channel.close(promise: nil) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        isAnswered = true
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        reading?.cancel()
        reading = nil
        if !context.channel.isWritable { watchReader(context) }
        context.fireChannelWritabilityChanged()
    }

    /// A slow reader makes progress; one who has read nothing since the last look is gone, or wants to hold the place.
    private func watchReader(_ context: ChannelHandlerContext, unread: Int = .max) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let now = unreadBytes(context)
        guard now < unread else { return context.close(promise: nil) }
        reading = context.eventLoop.scheduleTask(in: limits.unreadMax) {
            let (handler, context) = bound.value
            handler.watchReader(context, unread: now)
        }
    }

    private func unreadBytes(_ context: ChannelHandlerContext) -> Int {
        do {
            return try context.channel.syncOptions?.getOption(ChannelOptions.bufferedWritableBytes) ?? 0
        } catch {
            return 0
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            isStopping = true
            if stage != .between {
                began = .now()
                arrival?.cancel()
                wait(context)
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        arrival?.cancel()
        reading?.cancel()
        arrival = nil
        reading = nil
    }
}

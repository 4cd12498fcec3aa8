import NIOCore
import NIOHTTP1

/// Stands in a connection's pipeline before the encoder: the last place that every request passes as a request. It notes that an attempt is
/// being written before its first byte is, and lets nothing pass on a connection to another address than the one that was checked.
final class SendMarker: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    /// Carries the attempt's number as far as here.
    static let fieldName = "switchboard-attempt"

    private let address: IPAddress
    private let register: SendRegister

    init(_ address: IPAddress, _ register: SendRegister) {
        self.address = address
        self.register = register
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        let isTheCheckedAddress = context.channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) } == address
        let attempt = head.headers.first(name: Self.fieldName).flatMap { UInt64($0) }
        guard isTheCheckedAddress, let attempt, register.markSent(attempt) else {
            promise?.fail(ChannelError.operationUnsupported)
            context.close(promise: nil)
            return
        }
        head.headers.remove(name: Self.fieldName)
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }
}

import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOWebSocket
import ServiceKit

/// What a connection at the public port may become: answers of ours, of a service it is passed on to, or a WebSocket of either.
struct GatewayChannel: Sendable {
    let responder: HTTPChannelHandler.Responder
    let gate: SocketGate
    let passThrough: PassThrough
    let limits: ConnectionLimits
    let counts: ConnectionCounts
    let refused: Counter

    var channel: UpgradableChannel {
        let (responder, gate, passThrough) = (responder, gate, passThrough)
        return UpgradableChannel(
            limits: limits, counts: counts, refused: refused,
            countedAs: { gate.address.trustedProxies.contains($0) ? nil : $0 },
            upgrader: { channel, connection in
                PassThroughUpgrader(own: Self.socketUpgrader(gate, channel), passThrough: passThrough, connection: connection)
            },
            answer: { (request, writer: consuming ResponseWriter, channel, connection) in
                guard let entry = passThrough.table.entry(for: request.head.path ?? "/") else {
                    return try await responder(request, writer, channel)
                }
                try await passThrough.answer(request, writer, channel, connection, to: entry)
            })
    }

    private static func socketUpgrader(_ gate: SocketGate, _ channel: any NIOCore.Channel) -> UpgradableChannel.Upgrader {
        let peer = channel.remoteAddress?.ipAddress ?? ""
        let grant = NIOLoopBoundBox<SocketGrant?>(nil, eventLoop: channel.eventLoop)
        return NIOTypedWebSocketServerUpgrader<UpgradedConnection>(
            maxFrameSize: gate.services.limits.clientFrameBytesMax, enableAutomaticErrorHandling: false,
            shouldUpgrade: { channel, head in
                let promise = channel.eventLoop.makePromise(of: SocketGrant?.self)
                promise.completeWithTask { await gate.admit(head, peer: peer) }
                return promise.futureResult.map { admitted in
                    grant.value = admitted
                    if let place = admitted?.place { channel.closeFuture.whenComplete { _ in gate.places.leave(place) } }
                    return admitted.map { gate.responseHeaders(head, $0) }
                }
            },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    guard let admitted = grant.value else { throw ChannelError.inappropriateOperationForState }
                    try gate.open(admitted, channel)
                    return UpgradedConnection { try await channel.closeFuture.get() }
                }
            })
    }
}

import NIOCore
import NIOHTTP1
import ServiceKit
import Synchronization

/// The gateway's own sockets, and those that are passed on: for these the service is asked first, and only when it agrees the client's
/// connection is upgraded. Then bytes are relayed, whatever was agreed on.
final class PassThroughUpgrader: NIOTypedHTTPServerProtocolUpgrader {
    let supportedProtocol = "websocket"
    let requiredUpgradeHeaders: [String] = []

    private let own: UpgradableChannel.Upgrader
    private let passThrough: PassThrough
    private let connection: ClientConnection
    private let granted = Mutex<(UpstreamUpgrade.Connection, PassThroughTable.Entry)?>(nil)

    init(own: UpgradableChannel.Upgrader, passThrough: PassThrough, connection: ClientConnection) {
        self.own = own
        self.passThrough = passThrough
        self.connection = connection
    }

    func buildUpgradeResponse(
        channel: any NIOCore.Channel, upgradeRequest: HTTPRequestHead, initialResponseHeaders: HTTPHeaders
    ) -> EventLoopFuture<HTTPHeaders> {
        guard let entry = passThrough.table.entry(for: upgradeRequest.uri) else {
            return own.buildUpgradeResponse(
                channel: channel, upgradeRequest: upgradeRequest, initialResponseHeaders: initialResponseHeaders)
        }
        let promise = channel.eventLoop.makePromise(of: HTTPHeaders.self)
        promise.completeWithTask { [passThrough, connection] in
            let (upstream, headers) = try await passThrough.open(upgradeRequest, channel, connection, to: entry)
            self.granted.withLock { $0 = (upstream, entry) }
            var answer = initialResponseHeaders
            for (name, value) in ForwardedFields.answer(headers) where name.lowercased() != "content-length" {
                answer.add(name: name, value: value)
            }
            return answer
        }
        return promise.futureResult
    }

    func upgrade(channel: any NIOCore.Channel, upgradeRequest: HTTPRequestHead) -> EventLoopFuture<UpgradedConnection> {
        guard let (upstream, entry) = granted.withLock({ $0 }) else {
            return own.upgrade(channel: channel, upgradeRequest: upgradeRequest)
        }
        entry.sockets.add(1)
        channel.closeFuture.whenComplete { _ in entry.sockets.add(-1) }
        return channel.eventLoop.makeCompletedFuture {
            let (ours, theirs) = RelayHandler.pair(halfClosedMax: entry.limits.halfClosedMax)
            try channel.pipeline.syncOperations.addHandler(IdleStateHandler(allTimeout: entry.limits.idleMax))
            try channel.pipeline.syncOperations.addHandler(ours)
            try upstream.channel.pipeline.syncOperations.addHandler(theirs)
        }.flatMap {
            upstream.upgrade.value.removeHTTP(from: upstream.channel)
        }.flatMapThrowing {
            channel.flush()
            try upstream.channel.syncOptions?.setOption(.autoRead, value: true)
            return UpgradedConnection { try await channel.closeFuture.get() }
        }
    }
}

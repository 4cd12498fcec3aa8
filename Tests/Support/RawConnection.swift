import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// One end of a TCP connection in bytes: it can say what no library would, read nothing, and die in the middle.
package final class RawConnection: Sendable {
    fileprivate struct State {
        var received: [UInt8] = []
        var isEnded = false
        var accepted = 0
    }

    private let channel: any NIOCore.Channel
    private let state: StateBox

    fileprivate final class StateBox: Sendable {
        let state = Mutex(State())
    }

    fileprivate init(_ channel: any NIOCore.Channel, _ state: StateBox) {
        self.channel = channel
        self.state = state
    }

    /// - Parameter buffer: bytes that the kernel holds for each direction, about.
    package static func connect(port: Int, buffer: Int? = nil) async throws -> RawConnection {
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
        if let buffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: buffer)
                .channelOption(.socketOption(.so_sndbuf), value: buffer)
        }
        let box = StateBox()
        let channel = try await bootstrap.channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(RawBytes(box)) }
        }.connect(host: "127.0.0.1", port: port).get()
        return RawConnection(channel, box)
    }

    package func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    /// Returns when the kernel has them all.
    package func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Sends in parts, without waiting; ``acceptedCount`` tells how many bytes the kernel has taken.
    package func sendInParts(_ bytes: [UInt8], partBytes: Int = 64 * 1024) {
        let box = state
        var start = 0
        while start < bytes.count {
            let part = bytes[start..<min(bytes.count, start + partBytes)]
            start += part.count
            let count = part.count
            channel.writeAndFlush(ByteBuffer(bytes: part)).whenSuccess { box.state.withLock { $0.accepted += count } }
        }
    }

    package var acceptedCount: Int { state.state.withLock { $0.accepted } }
    package var receivedCount: Int { state.state.withLock { $0.received.count } }
    package var isEnded: Bool { state.state.withLock { $0.isEnded } }

    /// What came up to and with `text`; it is taken away.
    package func read(until text: String) async throws -> String {
        let end = Array(text.utf8)
        var found: [UInt8] = []
        try await eventually("\(text.debugDescription) comes") {
            self.state.state.withLock { state in
                guard let range = state.received.firstRange(of: end) else { return false }
                found = Array(state.received[..<range.upperBound])
                state.received.removeSubrange(..<range.upperBound)
                return true
            }
        }
        return String(decoding: found, as: UTF8.self)
    }

    package func read(count: Int) async throws -> [UInt8] {
        try await eventually("\(count) bytes come") { self.receivedCount >= count }
        return state.state.withLock { state in
            defer { state.received.removeFirst(count) }
            return Array(state.received.prefix(count))
        }
    }

    /// Everything until the other side ends.
    package func readToEnd() async throws -> [UInt8] {
        try await eventually("the other side ends") { self.isEnded }
        return state.state.withLock { $0.received }
    }

    package func stopReading() async throws { try await channel.setOption(.autoRead, value: false).get() }
    package func goOnReading() async throws { try await channel.setOption(.autoRead, value: true).get() }

    /// As a process that ends.
    package func close() { channel.close(promise: nil) }

    /// Says that nothing more comes, and goes on reading.
    package func closeOutput() async throws { try await channel.close(mode: .output).get() }

    /// As a process that dies with bytes unread, or a machine that forgets its connections.
    package func reset() async throws {
        try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        channel.close(promise: nil)
    }
}

/// Listens on a free port and hands out what connects.
package final class RawServer: Sendable {
    package let port: Int
    private let channel: any NIOCore.Channel
    private let accepted: Accepted

    fileprivate final class Accepted: Sendable {
        let connections = Mutex<[RawConnection]>([])
    }

    private init(_ channel: any NIOCore.Channel, _ accepted: Accepted) {
        self.channel = channel
        self.accepted = accepted
        port = channel.localAddress?.port ?? 0
    }

    /// - Parameter buffer: bytes that the kernel holds for each direction of a connection, about.
    package static func listen(buffer: Int? = nil) async throws -> RawServer {
        let accepted = Accepted()
        var bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
        if let buffer {
            bootstrap = bootstrap.serverChannelOption(.socketOption(.so_rcvbuf), value: buffer)
                .childChannelOption(.socketOption(.so_sndbuf), value: buffer)
        }
        let channel = try await bootstrap.childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let box = RawConnection.StateBox()
                try channel.pipeline.syncOperations.addHandler(RawBytes(box))
                accepted.connections.withLock { $0.append(RawConnection(channel, box)) }
            }
        }.bind(host: "127.0.0.1", port: 0).get()
        return RawServer(channel, accepted)
    }

    package var acceptedCount: Int { accepted.connections.withLock { $0.count } }

    /// The next that connects.
    package func next() async throws -> RawConnection {
        var connection: RawConnection?
        try await eventually("somebody connects") {
            connection = self.accepted.connections.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            return connection != nil
        }
        guard let connection else { throw NeverHappened(description: "nobody connected") }
        return connection
    }

    package func close() async throws { try await channel.close() }
}

private final class RawBytes: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let box: RawConnection.StateBox

    init(_ box: RawConnection.StateBox) {
        self.box = box
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data)
        box.state.withLock { state in bytes.withUnsafeReadableBytes { state.received.append(contentsOf: $0) } }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { box.state.withLock { $0.isEnded = true } }
    }

    func channelInactive(context: ChannelHandlerContext) { box.state.withLock { $0.isEnded = true } }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

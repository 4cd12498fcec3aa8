import Contracts
import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A WebSocket client for tests, from plain bytes: it can also say what no library would, and stop reading.
package final class WebSocketClient: Sendable {
    /// The server answered as HTTP.
    package struct Refused: Error {
        package let status: Int
        package let head: String
    }

    /// The socket is closed; `code` is nil if the connection ended without a close frame.
    package struct Closed: Error, Equatable {
        package let code: UInt16?
    }

    /// Nothing came in time.
    package struct Silent: Error {}

    private let channel: any NIOCore.Channel
    private let inbox: WebSocketInbox

    private init(channel: any NIOCore.Channel, inbox: WebSocketInbox) {
        self.channel = channel
        self.inbox = inbox
    }

    /// - Parameters:
    ///   - authority: what `Host` says, if not where the connection goes.
    ///   - path: with query.
    ///   - token: offered as `bearer.<token>` beside `switchboard.v1`, as browsers do.
    ///   - fields: further header lines.
    package static func connect(
        host: String = "127.0.0.1", port: Int, authority: String? = nil, path: String, token: String? = nil, fields: [String] = [],
        receiveBuffer: Int? = nil
    ) async throws -> WebSocketClient {
        let inbox = WebSocketInbox()
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(WebSocketBytes(inbox: inbox)) }
        }
        if let receiveBuffer { bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: receiveBuffer) }
        let channel = try await bootstrap.connect(host: host, port: port).get()
        var lines = [
            "GET \(path) HTTP/1.1", "Host: \(authority ?? "\(host):\(port)")", "Connection: Upgrade", "Upgrade: websocket",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ]
        if let token { lines.append("Sec-WebSocket-Protocol: switchboard.v1, bearer.\(token)") }
        lines += fields
        try await channel.writeAndFlush(ByteBuffer(string: lines.joined(separator: "\r\n") + "\r\n\r\n"))
        do {
            let head = try await inbox.head()
            let status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            guard status == 101 else { throw Refused(status: status, head: head) }
        } catch {
            channel.close(promise: nil)
            throw error
        }
        return WebSocketClient(channel: channel, inbox: inbox)
    }

    package func send(_ frame: JSONValue) async throws {
        try await send(opcode: 1, try JSON.encode(frame))
    }

    /// - Parameter isMasked: clients must mask; a test may not.
    package func send(opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, isMasked: Bool = true) async throws {
        var buffer = ByteBuffer()
        buffer.writeInteger(opcode | (isFinal ? 0x80 : 0))
        let mask: UInt8 = isMasked ? 0x80 : 0
        if payload.count < 126 {
            buffer.writeInteger(UInt8(payload.count) | mask)
        } else if payload.count <= UInt16.max {
            buffer.writeInteger(126 | mask)
            buffer.writeInteger(UInt16(payload.count))
        } else {
            buffer.writeInteger(127 | mask)
            buffer.writeInteger(UInt64(payload.count))
        }
        if isMasked {
            let key: [UInt8] = [1, 2, 3, 4]
            buffer.writeBytes(key)
            buffer.writeBytes(payload.enumerated().map { $0.element ^ key[$0.offset % 4] })
        } else {
            buffer.writeBytes(payload)
        }
        try await channel.writeAndFlush(buffer)
    }

    /// The next frame's JSON.
    /// - Throws: ``Closed``, or ``Silent`` after `patience`.
    package func next(within patience: Duration = .seconds(90)) async throws -> JSONValue {
        try JSON.decode(JSONValue.self, from: try await inbox.next(within: patience))
    }

    /// The next frame of this type; others before it are left out.
    package func next(_ type: String, within patience: Duration = .seconds(90)) async throws -> JSONValue {
        while true {
            let frame = try await next(within: patience)
            if frame["type"]?.string == type { return frame }
        }
    }

    /// Frames up to and without the next one of this type.
    package func frames(until type: String) async throws -> [JSONValue] {
        var frames: [JSONValue] = []
        while true {
            let frame = try await next()
            if frame["type"]?.string == type { return frames }
            frames.append(frame)
        }
    }

    /// The close code, once the server closed; what came before is left out.
    package func closeCode() async throws -> UInt16? {
        do {
            while true { _ = try await inbox.next(within: .seconds(90)) }
        } catch let closed as Closed {
            return closed.code
        }
    }

    /// As a page in a stopped debugger: the kernel's buffers fill, and then the server's.
    package func stopReading() async throws {
        try await channel.setOption(.autoRead, value: false).get()
    }

    package func goOnReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
    }

    /// With a close frame, as browsers do.
    package func close() async throws {
        try await send(opcode: 8, [0x03, 0xe8])
        try await channel.closeFuture.get()
    }

    /// Without a word, as a cable that is pulled.
    package func drop() async {
        do { try await channel.close() } catch {}  // closed already is as good
    }
}

/// What came, until a test asks for it.
private final class WebSocketInbox: Sendable {
    private struct State {
        var head: String?
        var frames: [[UInt8]] = []
        var closed: WebSocketClient.Closed?
        var waiter: (id: Int, continuation: CheckedContinuation<Void, Never>)?
        var waits = 0
    }

    private let state = Mutex(State())

    func took(head: String) { change { $0.head = head } }
    func took(_ text: [UInt8]) { change { $0.frames.append(text) } }
    func closed(_ code: UInt16?) { change { if $0.closed == nil { $0.closed = WebSocketClient.Closed(code: code) } } }

    func head() async throws -> String {
        while true {
            let (head, closed) = state.withLock { ($0.head, $0.closed) }
            if let head { return head }
            if let closed { throw closed }
            try await waitForChange(.seconds(90)) { $0.head != nil || $0.closed != nil }
        }
    }

    func next(within patience: Duration) async throws -> [UInt8] {
        while true {
            let (frame, closed) = state.withLock { ($0.frames.isEmpty ? nil : $0.frames.removeFirst(), $0.closed) }
            if let frame { return frame }
            if let closed { throw closed }
            try await waitForChange(patience) { !$0.frames.isEmpty || $0.closed != nil }
        }
    }

    private func change(_ change: (inout State) -> Void) {
        state.withLock { state in
            change(&state)
            let waiter = state.waiter
            state.waiter = nil
            return waiter
        }?.continuation.resume()
    }

    private func waitForChange(_ patience: Duration, _ isReady: @Sendable (borrowing State) -> Bool) async throws {
        let id = state.withLock { state in
            state.waits += 1
            return state.waits
        }
        let timer = Task {
            try await Task.sleep(for: patience)
            self.state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard state.waiter?.id == id else { return nil }
                defer { state.waiter = nil }
                return state.waiter?.continuation
            }?.resume()
        }
        defer { timer.cancel() }
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if isReady(state) { return true }
                state.waiter = (id, continuation)
                return false
            }
            if isReady { continuation.resume() }
        }
        guard state.withLock({ isReady($0) }) else { throw WebSocketClient.Silent() }
    }
}

private final class WebSocketBytes: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let inbox: WebSocketInbox
    private var buffer = ByteBuffer()
    private var isOpen = false
    private var text: [UInt8] = []

    init(inbox: WebSocketInbox) {
        self.inbox = inbox
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = Self.unwrapInboundIn(data)
        buffer.writeBuffer(&bytes)
        if !isOpen {
            let view = buffer.readableBytesView
            guard let end = view.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
            let head = String(decoding: view[..<end.lowerBound], as: UTF8.self)
            buffer.moveReaderIndex(forwardBy: end.upperBound - view.startIndex)
            isOpen = true
            inbox.took(head: head)
            guard head.hasPrefix("HTTP/1.1 101") else { return }
        }
        while let (opcode, isFinal, payload) = readFrame() {
            switch opcode {
            case 0, 1:
                text += payload
                if isFinal {
                    inbox.took(text)
                    text = []
                }
            case 8:
                inbox.closed(payload.count >= 2 ? UInt16(payload[0]) << 8 | UInt16(payload[1]) : nil)
                context.close(promise: nil)
            case 9:
                var pong = ByteBuffer(bytes: [0x8a, 0x80 | UInt8(payload.count), 0, 0, 0, 0])
                pong.writeBytes(payload)
                context.channel.writeAndFlush(pong, promise: nil)
            default: break
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        inbox.closed(nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func readFrame() -> (UInt8, Bool, [UInt8])? {
        let start = buffer.readerIndex
        guard let first: UInt8 = buffer.readInteger(), let second: UInt8 = buffer.readInteger() else {
            buffer.moveReaderIndex(to: start)
            return nil
        }
        let count: Int? =
            switch second & 127 {
            case 126: buffer.readInteger(as: UInt16.self).map(Int.init)
            case 127: buffer.readInteger(as: UInt64.self).map(Int.init)
            case let short: Int(short)
            }
        guard let count, let payload = buffer.readBytes(length: count) else {
            buffer.moveReaderIndex(to: start)
            return nil
        }
        buffer.discardReadBytes()
        return (first & 15, first & 0x80 != 0, payload)
    }
}

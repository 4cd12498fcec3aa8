import CZeroMQ
import Foundation

/// One socket. Not thread-safe, as ZeroMQ's are not: it lives and dies on the bus's thread.
final class ZeroMQSocket {
    enum Sent {
        case sent
        /// Nobody connected, or the queue is full.
        case wouldBlock
        /// ROUTER: that peer is gone.
        case unreachable
        case failed(code: Int32)
    }

    let pointer: UnsafeMutableRawPointer
    private var isClosed = false

    init(_ type: Int32, in context: UnsafeMutableRawPointer, linger: Int32) throws(ZeroMQError) {
        guard let pointer = zmq_socket(context, type) else { throw ZeroMQSocket.error("zmq_socket") }
        self.pointer = pointer
        // For all sockets alike. ZMTP heartbeats stay off: they abort the process in libzmq 4.3.4 (messaging.md §1.4).
        set(ZMQ_LINGER, linger)
        set(ZMQ_TCP_KEEPALIVE, 1)
        set(ZMQ_TCP_KEEPALIVE_IDLE, 15)
        set(ZMQ_TCP_KEEPALIVE_INTVL, 5)
        set(ZMQ_TCP_KEEPALIVE_CNT, 3)
        set(ZMQ_TCP_MAXRT, 15_000)
        set(ZMQ_IPV6, 1)
    }

    func set(_ option: Int32, _ value: Int32) {
        var value = value
        let result = zmq_setsockopt(pointer, option, &value, MemoryLayout<Int32>.size)
        assert(result == 0, "option \(option)")
    }

    func setMaxMessageSize(_ bytes: Int) {
        var value = Int64(bytes)
        let result = zmq_setsockopt(pointer, ZMQ_MAXMSGSIZE, &value, MemoryLayout<Int64>.size)
        assert(result == 0, "maximum message size")
    }

    func subscribe(_ topic: String) {
        let bytes = Array(topic.utf8)
        let result = zmq_setsockopt(pointer, ZMQ_SUBSCRIBE, bytes, bytes.count)
        assert(result == 0, "subscribe")
    }

    func bind(_ address: String) throws(ZeroMQError) {
        guard zmq_bind(pointer, address) == 0 else { throw ZeroMQSocket.error("bind \(address)") }
    }

    /// The address it is bound to, with the port that was taken where the address left it open.
    func lastEndpoint() throws(ZeroMQError) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        var size = buffer.count
        guard zmq_getsockopt(pointer, ZMQ_LAST_ENDPOINT, &buffer, &size) == 0 else { throw ZeroMQSocket.error("last endpoint") }
        return String(decoding: buffer.prefix(max(0, size - 1)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func connect(_ address: String) throws(ZeroMQError) {
        guard zmq_connect(pointer, address) == 0 else { throw ZeroMQSocket.error("connect \(address)") }
    }

    func send(_ bytes: [UInt8], flags: Int32 = 0) -> Sent {
        let result = bytes.withUnsafeBytes { zmq_send(pointer, $0.baseAddress, $0.count, flags | ZMQ_DONTWAIT) }
        guard result < 0 else { return .sent }
        switch zmq_errno() {
        case EAGAIN, EINTR: return .wouldBlock
        case EHOSTUNREACH: return .unreachable
        case let code: return .failed(code: code)
        }
    }

    func send(_ peer: RoutingID, _ bytes: [UInt8]) -> Sent {
        let result = peer.withUnsafeBytes { zmq_send(pointer, $0.baseAddress, $0.count, ZMQ_SNDMORE | ZMQ_DONTWAIT) }
        guard result < 0 else { return send(bytes) }
        switch zmq_errno() {
        case EAGAIN, EINTR: return .wouldBlock
        case EHOSTUNREACH: return .unreachable
        case let code: return .failed(code: code)
        }
    }

    /// - Returns: false if nothing is there, or the socket was closed meanwhile.
    func receive(_ message: UnsafeMutablePointer<zmq_msg_t>) -> Bool {
        !isClosed && zmq_msg_recv(message, pointer, ZMQ_DONTWAIT) >= 0
    }

    /// Reads the parts that follow and forgets them.
    /// - Returns: whether there were any.
    func skipRest(of message: UnsafeMutablePointer<zmq_msg_t>) -> Bool {
        guard zmq_msg_more(message) != 0 else { return false }
        while zmq_msg_more(message) != 0, receive(message) {}
        return true
    }

    /// Whether a message would be taken now: for a DEALER with `IMMEDIATE`, whether it is connected.
    var isWritable: Bool {
        var events: Int32 = 0
        var size = MemoryLayout<Int32>.size
        return zmq_getsockopt(pointer, ZMQ_EVENTS, &events, &size) == 0 && events & ZMQ_POLLOUT != 0
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        zmq_close(pointer)
    }

    static func error(_ operation: String) -> ZeroMQError {
        let code = zmq_errno()
        return ZeroMQError(operation: operation, code: code, reason: String(cString: zmq_strerror(code)))
    }
}

/// How a ROUTER names a peer: made by libzmq, 5 bytes. Names that a peer chose for itself may be longer; ours never do that.
struct RoutingID: Sendable, Hashable {
    static let lengthMax = 8

    private let bytes: UInt64
    private let length: UInt8

    init?(_ buffer: UnsafeRawBufferPointer) {
        guard buffer.count <= Self.lengthMax else { return nil }
        var bytes: UInt64 = 0
        Swift.withUnsafeMutableBytes(of: &bytes) { $0.copyMemory(from: buffer) }
        self.bytes = bytes
        length = UInt8(buffer.count)
    }

    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        Swift.withUnsafeBytes(of: bytes) { body(UnsafeRawBufferPointer(rebasing: $0[0..<Int(length)])) }
    }
}

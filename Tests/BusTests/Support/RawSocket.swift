import CZeroMQ
import Foundation

/// A socket without any of our rules: what a broken or foreign peer could be. Used from one task at a time.
final class RawSocket {
    let context: UnsafeMutableRawPointer
    private let socket: UnsafeMutableRawPointer
    private var isClosed = false

    init(_ type: Int32) {
        context = zmq_ctx_new()
        socket = zmq_socket(context, type)
        set(ZMQ_LINGER, 0)
    }

    deinit {
        close()
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        zmq_close(socket)
        zmq_ctx_term(context)
    }

    func set(_ option: Int32, _ value: Int32) {
        var value = value
        zmq_setsockopt(socket, option, &value, MemoryLayout<Int32>.size)
    }

    func setMaxMessageSize(_ value: Int64) {
        var value = value
        zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &value, MemoryLayout<Int64>.size)
    }

    func set(_ option: Int32, _ bytes: [UInt8]) {
        zmq_setsockopt(socket, option, bytes, bytes.count)
    }

    /// - Returns: the address it is bound to; nil if it is taken.
    func bind(_ address: String = "tcp://127.0.0.1:*") -> String? {
        guard zmq_bind(socket, address) == 0 else { return nil }
        var buffer = [CChar](repeating: 0, count: 256)
        var size = buffer.count
        zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, &buffer, &size)
        return String(decoding: buffer.prefix(max(0, size - 1)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    @discardableResult func connect(_ address: String) -> Int32 { zmq_connect(socket, address) }
    @discardableResult func disconnect(_ address: String) -> Int32 { zmq_disconnect(socket, address) }

    /// - Returns: the error's number, or 0.
    @discardableResult func send(_ parts: [UInt8]...) -> Int32 { send(parts) }

    @discardableResult func send(_ parts: [[UInt8]]) -> Int32 {
        for (index, part) in parts.enumerated() {
            let more = index < parts.count - 1 ? ZMQ_SNDMORE : 0
            if zmq_send(socket, part, part.count, ZMQ_DONTWAIT | more) < 0 { return zmq_errno() }
        }
        return 0
    }

    /// - Returns: all parts of a message; nil if none is there.
    func receive() -> [[UInt8]]? {
        var parts: [[UInt8]] = []
        var message = zmq_msg_t()
        zmq_msg_init(&message)
        defer { zmq_msg_close(&message) }
        repeat {
            guard zmq_msg_recv(&message, socket, ZMQ_DONTWAIT) >= 0 else { return nil }
            parts.append([UInt8](UnsafeRawBufferPointer(start: zmq_msg_data(&message), count: zmq_msg_size(&message))))
        } while zmq_msg_more(&message) != 0
        return parts
    }
}

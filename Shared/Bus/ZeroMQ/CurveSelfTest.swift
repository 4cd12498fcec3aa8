import CZeroMQ
import Foundation

/// Knocks at our own door with a key that nobody knows: a bus that lets it in does not start. CURVE fails open – one option
/// forgotten, and everybody is let in without a word (messaging.md §1.11).
package enum CurveSelfTest {
    /// A refusal takes milliseconds; a machine that needs longer than this is in no state to start.
    static let patience: Duration = .seconds(10)

    private static let events =
        ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL
        | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH

    /// - Parameters:
    ///   - type: of the socket that knocks, one that fits the one bound at `address`.
    ///   - serverKey: the public key of whoever is bound there.
    ///   - answer: answers what libzmq asks about keys, if somebody does.
    /// - Throws: ``ZeroMQError`` unless the stranger was refused because of its key.
    package static func run(
        _ type: Int32, at address: String, serverKey: CurveKey, in context: UnsafeMutableRawPointer, answer: () -> Void
    ) throws(ZeroMQError) {
        let stranger = try CurveKeyPair.generate()
        let knocking = try ZeroMQSocket(type, in: context, linger: 0)
        defer { knocking.close() }
        try knocking.beCurveClient(stranger, of: serverKey)
        let monitorAddress = "inproc://self-test-\(UUID().uuidString)"
        guard zmq_socket_monitor(knocking.pointer, monitorAddress, events) == 0 else { throw ZeroMQSocket.error("monitor") }
        let monitor = try ZeroMQSocket(ZMQ_PAIR, in: context, linger: 0)
        defer { monitor.close() }
        try monitor.connect(monitorAddress)
        try knocking.connect(reachable(address))
        let message = UnsafeMutablePointer<zmq_msg_t>.allocate(capacity: 1)
        zmq_msg_init(message)
        defer {
            zmq_msg_close(message)
            message.deallocate()
        }
        let deadline = ContinuousClock.now + patience
        while ContinuousClock.now < deadline {
            answer()
            var item = zmq_pollitem_t(socket: monitor.pointer, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0)
            zmq_poll(&item, 1, 5)
            while monitor.receive(message) {
                let bytes = Array(UnsafeRawBufferPointer(start: zmq_msg_data(message), count: zmq_msg_size(message)))
                _ = monitor.skipRest(of: message)
                guard bytes.count >= 2 else { continue }
                switch Int32(bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt16.self) }) {
                case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: return
                case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: throw failure("a key that nobody knows was let in")
                default: throw failure("what is bound does not speak CURVE")
                }
            }
        }
        throw failure("nobody refused a key that nobody knows")
    }

    private static func failure(_ reason: String) -> ZeroMQError {
        ZeroMQError(operation: "self-test of CURVE", code: EACCES, reason: reason)
    }

    /// An address that means all of this machine's, as one of them.
    private static func reachable(_ address: String) -> String {
        address.replacing("//0.0.0.0:", with: "//127.0.0.1:").replacing("//[::]:", with: "//127.0.0.1:")
    }
}

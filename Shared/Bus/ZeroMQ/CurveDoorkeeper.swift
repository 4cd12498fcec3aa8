import CZeroMQ
import Contracts
import Foundation
import Logging

/// Answers libzmq's question whether a key may come in (ZAP, RFC 27). Without it a CURVE server takes any key at all, so it is
/// there before anything is bound and as long as the context lives. On the bus's thread.
final class CurveDoorkeeper {
    static let address = "inproc://zeromq.zap.01"
    /// Any name; an empty one would leave libzmq free not to ask.
    static let domain = Array("switchboard".utf8)
    /// `ZMQ_ZAP_ENFORCE_DOMAIN`: in the draft part of the header, in every stock library (messaging.md §1.11).
    static let enforceDomain: Int32 = 93
    /// Parts of a question about CURVE: version, number, domain, address, identity, mechanism, key. Longer ones are no question.
    private static let partsMax = 7

    let socket: ZeroMQSocket
    var publicKeys: CurvePublicKeys
    /// Whom libzmq keeps out because of us.
    private(set) var refusedCount = 0

    private let logger: Logger
    private let message = UnsafeMutablePointer<zmq_msg_t>.allocate(capacity: 1)

    init(_ publicKeys: CurvePublicKeys, in context: UnsafeMutableRawPointer, logger: Logger) throws(ZeroMQError) {
        self.publicKeys = publicKeys
        self.logger = logger
        socket = try ZeroMQSocket(ZMQ_REP, in: context, linger: 0)
        zmq_msg_init(message)
        do throws(ZeroMQError) {
            try socket.bind(Self.address)
        } catch {
            socket.close()
            throw error
        }
    }

    deinit {
        zmq_msg_close(message)
        message.deallocate()
    }

    /// Answers what has been asked.
    func answer() {
        while socket.receive(message) {
            var parts = [part]
            while zmq_msg_more(message) != 0, socket.receive(message) {
                if parts.count <= Self.partsMax { parts.append(part) }
            }
            let service = parts.count == Self.partsMax ? admitted(mechanism: parts[5], key: parts[6]) : nil
            if service == nil { noteRefusal() }
            let reply: [[UInt8]] = [
                Array("1.0".utf8), parts.count > 1 ? parts[1] : [], Array((service == nil ? "400" : "200").utf8),
                Array((service == nil ? "unknown key" : "").utf8), Array((service?.rawValue ?? "").utf8), [],
            ]
            for (index, part) in reply.enumerated() { _ = socket.send(part, flags: index < reply.count - 1 ? ZMQ_SNDMORE : 0) }
        }
    }

    private var part: [UInt8] { Array(UnsafeRawBufferPointer(start: zmq_msg_data(message), count: zmq_msg_size(message))) }

    private func admitted(mechanism: [UInt8], key: [UInt8]) -> ServiceName? {
        guard mechanism == Array("CURVE".utf8) else { return nil }
        return CurveKey(bytes: key).flatMap(publicKeys.service(of:))
    }

    private func noteRefusal() {
        refusedCount += 1
        // The first, our own test's, is no news; then ever fewer, so that a stubborn stranger cannot fill the disk.
        if refusedCount > 2, refusedCount & (refusedCount - 1) == 0 {
            logger.warning("unknown keys were refused", metadata: ["count": "\(refusedCount)"])
        }
    }
}

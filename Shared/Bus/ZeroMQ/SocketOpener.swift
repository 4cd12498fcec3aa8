import CZeroMQ
import Contracts
import Logging

/// A socket that connects, and whose key it expects there.
struct OpenedSocket {
    let socket: ZeroMQSocket
    let key: CurveKey?
}

/// Makes the bus's sockets: every option of every kind. On the bus's thread.
struct SocketOpener {
    /// How long closing waits for what is still to be sent.
    private static let linger: Int32 = 500

    let context: UnsafeMutableRawPointer
    let configuration: ZeroMQBusConfiguration
    let logger: Logger
    var publicKeys: CurvePublicKeys?

    init(in context: UnsafeMutableRawPointer, _ configuration: ZeroMQBusConfiguration, logger: Logger) {
        self.context = context
        self.configuration = configuration
        self.logger = logger
        publicKeys = configuration.curve?.publicKeys
    }

    // MARK: What is bound

    /// Bound at `address`; none if there is no address.
    func publisher(at address: String?) throws(ZeroMQError) -> ZeroMQSocket? {
        guard let address else { return nil }
        let socket = try ZeroMQSocket(ZMQ_PUB, in: context, linger: Self.linger)
        socket.set(ZMQ_SNDHWM, configuration.publishHighWater)
        socket.set(ZMQ_XPUB_NODROP, 0)
        // Only subscriptions arrive here.
        socket.setMaxMessageSize(4096)
        try bind(socket, to: address)
        return socket
    }

    /// Bound at `address`; none if there is no address.
    func server(at address: String?) throws(ZeroMQError) -> ZeroMQSocket? {
        guard let address else { return nil }
        let socket = try ZeroMQSocket(ZMQ_ROUTER, in: context, linger: Self.linger)
        socket.set(ZMQ_ROUTER_MANDATORY, 1)
        socket.set(ZMQ_ROUTER_HANDOVER, 0)
        socket.set(ZMQ_SNDHWM, 1000)
        socket.set(ZMQ_RCVHWM, 1000)
        socket.setMaxMessageSize(WireLimits.frameMax)
        try bind(socket, to: address)
        return socket
    }

    private func bind(_ socket: ZeroMQSocket, to address: String) throws(ZeroMQError) {
        socket.set(ZMQ_BACKLOG, 512)
        socket.set(ZMQ_HANDSHAKE_IVL, 5000)
        do throws(ZeroMQError) {
            if let curve = configuration.curve { try socket.beCurveServer(curve.own) }
            try socket.bind(address)
        } catch {
            socket.close()
            throw error
        }
    }

    // MARK: What connects

    /// - Parameter last: the key that was expected there before, if there was one; while a service changes its key, the others are tried
    ///   in turn.
    func requests(_ address: String, of service: ServiceName, after last: CurveKey? = nil) -> OpenedSocket? {
        open(address, of: service, after: last, ZMQ_DEALER) { socket in
            // No queue for a replica that is not there: a stale request must not arrive minutes later.
            socket.set(ZMQ_IMMEDIATE, 1)
            socket.set(ZMQ_SNDHWM, 512)
            socket.set(ZMQ_RCVHWM, 1000)
            socket.set(ZMQ_RECONNECT_IVL, 100)
            socket.set(ZMQ_RECONNECT_IVL_MAX, 500)
            socket.set(ZMQ_CONNECT_TIMEOUT, 2000)
            socket.set(ZMQ_HANDSHAKE_IVL, 3000)
        }
    }

    /// - Parameter last: as in ``requests(_:of:after:)``.
    func events(_ address: String, of service: ServiceName, after last: CurveKey? = nil) -> OpenedSocket? {
        open(address, of: service, after: last, ZMQ_SUB) { socket in
            socket.set(ZMQ_RCVHWM, configuration.subscribeHighWater)
            socket.set(ZMQ_RECONNECT_IVL, 100)
            socket.set(ZMQ_RECONNECT_IVL_MAX, 500)
            socket.set(ZMQ_CONNECT_TIMEOUT, 3000)
            socket.set(ZMQ_HANDSHAKE_IVL, 5000)
            for topic in Topic.all(of: service) { socket.subscribe(topic) }
        }
    }

    private func open(
        _ address: String, of service: ServiceName, after last: CurveKey?, _ type: Int32, _ prepare: (ZeroMQSocket) -> Void
    ) -> OpenedSocket? {
        guard Endpoint.isLiteral(address) else {
            logger.error("an endpoint is not a literal address and is left out", metadata: ["address": "\(address)"])
            return nil
        }
        let key = publicKeys?.key(of: service, after: last)
        guard configuration.curve == nil || key != nil else {
            logger.error("a service has no public key and is left out", metadata: ["service": "\(service)"])
            return nil
        }
        do throws(ZeroMQError) {
            let socket = try ZeroMQSocket(type, in: context, linger: 0)
            socket.setMaxMessageSize(WireLimits.frameMax)
            prepare(socket)
            do throws(ZeroMQError) {
                if let curve = configuration.curve, let key { try socket.beCurveClient(curve.own, of: key) }
                try socket.connect(address)
            } catch {
                socket.close()
                throw error
            }
            return OpenedSocket(socket: socket, key: key)
        } catch {
            logger.error("an endpoint cannot be connected", metadata: ["address": "\(address)", "error": "\(error)"])
            return nil
        }
    }
}

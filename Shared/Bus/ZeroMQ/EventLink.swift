import Contracts

/// A SUB to one replica.
final class EventLink {
    let service: ServiceName
    let address: String
    private(set) var socket: ZeroMQSocket
    /// Which of the service's keys the socket expects; nil without CURVE.
    private(set) var key: CurveKey?
    var watch: LinkWatch

    init(service: ServiceName, address: String, opened: OpenedSocket, watch: LinkWatch) {
        self.service = service
        self.address = address
        socket = opened.socket
        key = opened.key
        self.watch = watch
    }

    func replace(with opened: OpenedSocket) {
        socket.close()
        socket = opened.socket
        key = opened.key
    }
}

import Contracts
import Foundation

/// A DEALER to one replica.
final class RequestLink {
    let endpoint: PendingRequests.EndpointID
    let service: ServiceName
    let address: String
    private(set) var socket: ZeroMQSocket
    /// Which of the service's keys the socket expects; nil without CURVE.
    private(set) var key: CurveKey?
    var watch: LinkWatch
    var instance: UUID?
    var unwritableSince: ContinuousClock.Instant?

    init(_ endpoint: PendingRequests.EndpointID, service: ServiceName, address: String, opened: OpenedSocket, watch: LinkWatch) {
        self.endpoint = endpoint
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

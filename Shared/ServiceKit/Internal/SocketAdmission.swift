import Hummingbird

/// Whether a WebSocket is opened, decided while it still is an HTTP request.
package enum SocketAdmission: Sendable {
    /// - Parameter talk: runs while the socket is open. When it returns the socket is closed with 1000, when it throws with 1011.
    case open(subprotocol: String? = nil, talk: @Sendable (InternalSocket) async throws -> Void)
    case refuse(Response)
}

import NIOCore

/// One side of an open WebSocket. Pings, pongs and close frames are dealt with beneath it.
package struct InternalSocket: Sendable {
    /// The connection ended without a close frame: its client may come back.
    package struct Dropped: Error {}

    package let request: InternalRequest
    /// In order; to be read once. Reading slower than they come makes the client wait. Ends with the client's close frame.
    /// - Throws: ``Dropped``, or an error after which the socket closes: a message too large, frames that are none.
    package let messages: NIOAsyncChannelInboundStream<SocketMessage>
    let outbound: NIOAsyncChannelOutboundWriter<SocketMessage>

    /// Returns when there is room for more.
    package func send(_ message: SocketMessage) async throws {
        try await outbound.write(message)
    }
}

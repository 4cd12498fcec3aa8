import NIOCore

/// A WebSocket's message, all its fragments together.
package enum SocketMessage: Sendable, Equatable {
    case text(String)
    case binary(ByteBuffer)
}

import NIOCore

/// What the internal listener gives its connections. More patient than the gateway, whose deadlines are to end first: it knows whom it has to tell.
package struct InternalLimits: Sendable {
    package var connections: ConnectionLimits
    /// Bytes of a WebSocket's message, all its fragments together.
    package var messageBytesMax = 1024 * 1024
    /// Fragments of a message.
    package var fragmentsMax = 1024
    /// Pings keep proxies from closing and find dead peers.
    package var pingInterval = TimeAmount.seconds(15)
    /// A peer that answered none of three pings is gone.
    package var silenceMax = TimeAmount.seconds(50)
    /// What a client may take to answer a close frame.
    package var closePatience = TimeAmount.seconds(5)

    package init() {
        connections = ConnectionLimits()
        connections.headMax = .seconds(20)
        connections.bodyMax = .seconds(60)
        connections.bodyBytesPerSecondMin = 2 * 1024
        connections.unreadMax = .seconds(60)
        // Gateways, probes and the metrics' collector: a few addresses, each with many connections.
        connections.addressMax = 4000
        connections.allMax = 4000
    }
}

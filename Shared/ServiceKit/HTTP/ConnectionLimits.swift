import NIOCore

/// What one connection may take, and how many there may be.
package struct ConnectionLimits: Sendable {
    /// A connection without a request, or whose request does not go on, is closed. Longer than what load balancers keep.
    package var idleMax = TimeAmount.seconds(75)
    /// All header fields of a request together; more is refused by the decoder. Unit: bytes.
    package var headerBytesMax = 32 * 1024
    /// From a head's first byte to its last. A head is one packet or two; who needs longer holds a place that others want.
    package var headMax = TimeAmount.seconds(15)
    /// For a body, beside what its bytes get by ``bodyBytesPerSecondMin``.
    package var bodyMax = TimeAmount.seconds(15)
    /// A body that arrives slower is given up. The slowest mobile lines are twice as fast. Unit: bytes per second.
    package var bodyBytesPerSecondMin = 4 * 1024
    /// How long a client may leave what we have written unread.
    package var unreadMax = TimeAmount.seconds(30)
    /// What a request that is still arriving gets when the process stops: the whole stop may take 10 s.
    package var stopPatience = TimeAmount.seconds(3)
    /// Connections of one address at once; proxies that are trusted are not counted, for they stand for many. Offices and mobile
    /// networks put hundreds of people behind one address.
    package var addressMax = 1000
    /// Connections at once. A process may have 20,000 open files.
    package var allMax = 16_000

    package init() {}
}

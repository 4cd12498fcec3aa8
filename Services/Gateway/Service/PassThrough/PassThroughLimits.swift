import NIOCore

/// What a request may take that is passed on to another service.
package struct PassThroughLimits: Sendable {
    /// Bytes of a request's body, where a row says nothing else: mail with its attachments (contracts §9).
    package static let bodyBytesMax = 30 * 1024 * 1024

    /// For connecting to one address of a service; it is on our own network.
    package var connectMax = TimeAmount.seconds(2)
    /// From a request's last byte to the answer's head. Providers give up after 10 to 15 s.
    package var answerMax = TimeAmount.seconds(15)
    /// Nothing moved either way. Longer than ``ConnectionLimits/unreadMax``, so that a client who does not read is blamed first.
    package var idleMax = TimeAmount.seconds(60)
    /// Bytes of an answer's body. Adapters answer with a few lines; files leave by routes of their own.
    package var answerBytesMax = 32 * 1024 * 1024
    /// Bytes of the answer that refuses a WebSocket: a problem.
    package var refusalBytesMax = 64 * 1024
    /// What a socket may take to end its side once the other has ended.
    package var halfClosedMax = TimeAmount.seconds(10)
    /// Requests passed on at once in one row, on one gateway: one channel's storm leaves others their share of connections.
    package var requestsMax = 1000
    /// Until somebody should ask again, when nobody is there or too much is on its way.
    package var retryAfter = Duration.seconds(2)

    package init() {}
}

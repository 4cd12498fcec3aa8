/// What a bus counted since it was made, for `/metrics`.
package struct BusMetrics: Sendable, Equatable {
    /// Frames handed to the sockets; whether anybody heard them is not known.
    package var published = 0
    /// Frames that a full queue in this process dropped. What libzmq drops for a slow subscriber it does not tell.
    package var publishesDropped = 0
    package var deliveriesReceived = 0
    /// Bytes that were not a frame.
    package var malformedFrames = 0

    package var requestsBegun = 0
    package var requestsSent = 0
    package var requestsRetried = 0
    /// Refused on the asking side: too many waiting, or nobody ready.
    package var requestsShed = 0
    package var lateReplies = 0
    /// Times that a replica was lost while it held a request of ours.
    package var requestsSuspected = 0
    /// Requests that ended because two replicas were lost with them.
    package var requestsAbandoned = 0

    package var requestsReceived = 0
    /// Refused on the answering side: too many at once.
    package var requestsRefused = 0
    /// Dropped on the answering side because their budget was gone.
    package var requestsExpired = 0
    package var repliesSent = 0
    /// The asker was gone or did not read.
    package var repliesDropped = 0

    package var linksReopened = 0
    /// Replicas that would take a request now.
    package var endpointsReady = 0
    /// Requests that wait for their answer now.
    package var requestsPending = 0
    /// Handlers that run now.
    package var requestsRunning = 0

    package init() {}
}

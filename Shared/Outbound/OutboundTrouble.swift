/// What went wrong on the way.
package enum OutboundTrouble: String, Error, Sendable, CustomStringConvertible {
    case nameNotFound = "the name has no address"
    case lookupFailed = "the name could not be looked up"
    case busy = "too much is being asked already"
    case connectFailed = "no connection"
    case connectTimedOut = "no connection in time"
    case tlsFailed = "no trusted TLS connection"
    case timedOut = "no answer in time"
    case connectionLost = "the connection was lost"
    case malformedAnswer = "the answer is not HTTP"
    case answerHeadTooLarge = "the answer's fields are too large"
    case answerBodyTooLarge = "the answer's body is too large"
    case cancelled = "it was given up"
    case closed = "this process is stopping"

    package var description: String { rawValue }
}

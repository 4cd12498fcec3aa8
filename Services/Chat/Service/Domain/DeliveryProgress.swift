import Contracts

/// How far a message has come on its way to the customer. Reports arrive in any order, more than once, and of attempts that are over. Contracts §13.
package struct DeliveryProgress: Sendable, Equatable {
    package private(set) var state: MessageState
    package private(set) var attempt: Int
    package private(set) var error: DeliveryError?

    package init(state: MessageState, attempt: Int, error: DeliveryError? = nil) {
        self.state = state
        self.attempt = attempt
        self.error = error
    }

    /// States that may be reported.
    package static let states: [MessageState] = [.queued, .sent, .delivered, .read, .failed, .unknown]

    /// - Returns: whether anything changed.
    package mutating func take(_ reported: MessageState, attempt: Int, error: DeliveryError?) -> Bool {
        guard attempt == self.attempt, Self.mayFollow(reported, state) else { return false }
        state = reported
        self.error = error
        return true
    }

    private static func mayFollow(_ next: MessageState, _ state: MessageState) -> Bool {
        switch state {
        case .unknown: next != .unknown && states.contains(next)
        case .queued: next != .queued && states.contains(next)
        case .sent: [.delivered, .read, .failed].contains(next)
        case .delivered: next == .read
        default: false
        }
    }
}

/// What came of something asked outside, when it was not a success. For a job: ``notSent(host:_:)`` may be repeated, ``unknown(host:_:status:)`` only if the receiver
/// recognises a repeat. Safe to log and to show: it holds the host and a reason, nothing of path, query, fields or body.
package enum OutboundError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Forbidden by us. Nothing was sent to `host`; it will not become better by repeating.
    case forbidden(host: String, Prohibition)
    /// Not one byte of the request was written.
    case notSent(host: String, OutboundTrouble)
    /// Answered, but not with 2xx. ``OutboundAnswer/successful()`` throws it.
    case refused(host: String, status: Int, retryAfterSeconds: Int?)
    /// Written, at least in part, and not or not wholly answered: it may have happened.
    /// - `status`: if the answer began.
    case unknown(host: String, OutboundTrouble, status: Int?)

    /// What stands for a host that could not be read.
    static let noHost = "(no host)"

    /// Whether a repeat cannot do anything twice and may do better.
    package var isSafeToRepeat: Bool {
        if case .notSent = self { true } else { false }
    }

    package var description: String {
        switch self {
        case .forbidden(let host, let why): "\(host): \(why)"
        case .notSent(let host, let trouble): "\(host): not sent, \(trouble)"
        case .refused(let host, let status, let seconds): "\(host): answered \(status)" + (seconds.map { ", again after \($0) s" } ?? "")
        case .unknown(let host, let trouble, let status):
            "\(host): sent, outcome unknown, \(trouble)" + (status.map { " after the answer \($0) had begun" } ?? "")
        }
    }

    /// The same, for another reason.
    func because(_ trouble: OutboundTrouble) -> OutboundError {
        switch self {
        case .notSent(let host, _): .notSent(host: host, trouble)
        case .unknown(let host, _, let status): .unknown(host: host, trouble, status: status)
        case .forbidden, .refused: self
        }
    }
}

import Hummingbird
import Synchronization

/// What is known of a connection while its requests are answered: whether the one at hand has arrived whole, and whether its client
/// is still there.
package final class ClientConnection: Sendable {
    private struct State {
        var begun = 0
        var arrived = 0
        var hasLeft = false
        var departure: (@Sendable () -> Void)?
        var refusal: Response?
    }

    private let state = Mutex(State())

    /// A body ended before its end came.
    package struct BodyCutShort: Error {}

    func requestBegins() { state.withLock { $0.begun += 1 } }
    func requestArrived() { state.withLock { $0.arrived += 1 } }

    func clientLeft() {
        state.withLock { state in
            state.hasLeft = true
            defer { state.departure = nil }
            return state.departure
        }?()
    }

    /// Whoever closes its side has left: none of ours asks so, and its answer would go nowhere if it was killed.
    package var clientHasLeft: Bool { state.withLock { $0.hasLeft } }

    /// Hears it once when the client leaves, at once if it has. One listener at a time.
    package func whenClientLeaves(_ action: (@Sendable () -> Void)?) {
        let isDue = state.withLock { state in
            guard state.hasLeft else {
                state.departure = action
                return false
            }
            return true
        }
        if isDue { action?() }
    }

    /// The HTTP answer to an upgrade that is refused: the same request comes again as plain HTTP (``UpgradableChannel``).
    package func refuseUpgrade(_ response: Response) { state.withLock { $0.refusal = response } }

    package func takeRefusal() -> Response? {
        state.withLock { state in
            defer { state.refusal = nil }
            return state.refusal
        }
    }

    /// The body of the request at hand, which ends only if all of it came. (Hummingbird's own ends alike when the connection does.)
    package func wholeBody(of request: Request) -> RequestBodyStream {
        RequestBodyStream(body: request.body) { self.state.withLock { $0.arrived >= $0.begun } }
    }
}

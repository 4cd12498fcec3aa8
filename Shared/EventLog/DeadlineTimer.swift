import Contracts
import Dispatch
import Synchronization

/// One timer for many deadlines: goes off at the earliest of those it was told. Hearing of a later one costs a comparison.
final class DeadlineTimer: Sendable {
    private struct State {
        var source: (any DispatchSourceTimer)?
        var next: ContinuousClock.Instant?
    }

    private let state = Mutex(State())

    /// - Parameter goOff: asks again for the next deadline by ``wake(at:)``.
    func start(_ goOff: @escaping @Sendable () -> Void) {
        state.withLock { state in
            let source = DispatchSource.makeTimerSource()
            source.setEventHandler { [weak self] in
                self?.state.withLock { $0.next = nil }
                goOff()
            }
            source.schedule(deadline: .distantFuture)
            source.resume()
            state.source = source
        }
    }

    func wake(at instant: ContinuousClock.Instant?) {
        guard let instant else { return }
        state.withLock { state in
            guard let source = state.source, state.next.map({ instant < $0 }) ?? true else { return }
            state.next = instant
            let nanoseconds = max(0, (instant - .now) / .nanoseconds(1))
            source.schedule(deadline: .now() + .nanoseconds(Int(saturating: nanoseconds.rounded(.up))))
        }
    }

    func stop() {
        state.withLock { state in
            state.source?.cancel()
            state.source = nil
        }
    }

    deinit { stop() }
}

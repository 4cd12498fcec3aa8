import ServiceKit
import Synchronization

/// Which traces are logged. Anybody may ask for it, so only a few a second are: a stranger's requests must not fill the disk.
package final class TraceSampling: Sendable {
    /// Each costs a line of some 300 bytes in every process it passes.
    package static let perSecondMax = 10

    private struct Window {
        var began: ContinuousClock.Instant?
        var count = 0
    }

    private let window = Mutex(Window())

    package init() {}

    /// - Returns: the trace, unsampled if it would be one too many.
    package func admit(_ trace: TraceContext, now: ContinuousClock.Instant = .now) -> TraceContext {
        guard trace.isSampled else { return trace }
        let isAdmitted = window.withLock { window in
            if window.began.map({ now - $0 >= .seconds(1) }) ?? true { window = Window(began: now) }
            window.count += 1
            return window.count <= Self.perSecondMax
        }
        return isAdmitted ? trace : trace.unsampled
    }
}

import Synchronization

/// What must be true before this process takes work. Readiness needs the process's own means (its database), never its peers:
/// services may start in any order.
package final class HealthChecks: Sendable {
    package typealias Check = @Sendable () async -> Bool

    private let checks = Mutex<[(name: String, check: Check)]>([])
    private let departure = Mutex(Departure())

    private struct Departure {
        var hasBegun = false
        var actions: [@Sendable () -> Void] = []
    }

    package init() {}

    package func add(_ name: String, _ check: @escaping Check) {
        checks.withLock { $0.append((name, check)) }
    }

    /// Hears it when this process begins to stop, before any of its parts does. Must return at once.
    package func whenLeaving(_ action: @escaping @Sendable () -> Void) {
        departure.withLock { $0.actions.append(action) }
    }

    /// From now on this process is not ready: whoever asks goes elsewhere.
    package func leave() {
        let actions = departure.withLock { departure in
            departure.hasBegun = true
            defer { departure.actions = [] }
            return departure.actions
        }
        for action in actions { action() }
    }

    /// By name, in the order in which they were added.
    package func results() async -> [(name: String, isReady: Bool)] {
        var results: [(name: String, isReady: Bool)] = []
        if departure.withLock({ $0.hasBegun }) { results.append(("staying", false)) }
        for (name, check) in checks.withLock({ $0 }) { results.append((name, await check())) }
        return results
    }
}

import Synchronization

/// What must be true before this process takes work. Readiness needs the process's own means (its database), never its peers:
/// services may start in any order.
package final class HealthChecks: Sendable {
    package typealias Check = @Sendable () async -> Bool

    private let checks = Mutex<[(name: String, check: Check)]>([])

    package init() {}

    package func add(_ name: String, _ check: @escaping Check) {
        checks.withLock { $0.append((name, check)) }
    }

    /// By name, in the order in which they were added.
    package func results() async -> [(name: String, isReady: Bool)] {
        var results: [(name: String, isReady: Bool)] = []
        for (name, check) in checks.withLock({ $0 }) { results.append((name, await check())) }
        return results
    }
}

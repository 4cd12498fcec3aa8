import Contracts
import Synchronization

/// Which tenants want attention; each once, however often it is raised. Whoever works on them takes all at once.
final class TenantSignal: Sendable {
    /// Tenants that may wait. Beyond it a signal is lost; the sweep, or the next change, makes up for it.
    static let tenantsMax = 10_000

    private let raised = Mutex<Set<TenantID>>([])
    private let wake: AsyncStream<Void>.Continuation
    /// For one listener.
    let wakes: AsyncStream<Void>

    init() {
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func raise(_ tenant: TenantID) {
        raised.withLock { if $0.count < Self.tenantsMax { $0.insert(tenant) } }
        wake.yield()
    }

    func take() -> [TenantID] {
        raised.withLock { tenants in
            defer { tenants = [] }
            return tenants.sorted()
        }
    }
}

import Synchronization

/// Counts connections, so that no address takes all there can be.
package final class ConnectionCounts: Sendable {
    private struct Counts {
        var all = 0
        var byAddress: [String: Int] = [:]
    }

    private let limits: ConnectionLimits
    private let counts = Mutex(Counts())

    package init(_ limits: ConnectionLimits) {
        self.limits = limits
    }

    /// - Parameter address: nil for a trusted proxy.
    /// - Returns: false if there are too many; then nothing is counted.
    package func open(_ address: String?) -> Bool {
        counts.withLock { counts in
            guard counts.all < limits.allMax else { return false }
            if let address {
                let own = counts.byAddress[address, default: 0]
                guard own < limits.addressMax else { return false }
                counts.byAddress[address] = own + 1
            }
            counts.all += 1
            return true
        }
    }

    package func close(_ address: String?) {
        counts.withLock { counts in
            counts.all -= 1
            guard let address else { return }
            let left = counts.byAddress[address, default: 1] - 1
            counts.byAddress[address] = left > 0 ? left : nil
        }
    }
}

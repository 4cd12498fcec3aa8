import ServiceKit
import Synchronization

/// Which services answer below which prefixes.
final class PassThroughTable: Sendable {
    /// A row at work.
    final class Entry: Sendable {
        let row: PassThroughRow
        let limits: PassThroughLimits
        let brokenByClient: Counter
        let brokenByService: Counter
        let sockets: Gauge
        private let duration: Histogram
        private let outcomes: [Counter]
        private let turn = Atomic<Int>(0)
        private let passing = Atomic<Int>(0)

        init(_ row: PassThroughRow, _ limits: PassThroughLimits, _ metrics: MetricsRegistry) {
            self.row = row
            self.limits = limits
            func broken(_ side: String) -> Counter {
                metrics.counter(
                    "gateway_passed_broken_total", "Exchanges with other services that did not come to their end, by who ended them.",
                    labels: ["prefix": row.prefix, "side": side])
            }
            brokenByClient = broken("client")
            brokenByService = broken("service")
            sockets = metrics.gauge("gateway_passed_sockets", "WebSockets passed on to other services.", labels: ["prefix": row.prefix])
            duration = metrics.histogram(
                "gateway_passed_duration_seconds", "Time until a request passed on was answered to its end.", labels: ["prefix": row.prefix]
            )
            outcomes = (1...5).map {
                metrics.counter(
                    "gateway_passed_requests_total", "Requests passed on to other services.",
                    labels: ["prefix": row.prefix, "status": "\($0)xx"])
            }
        }

        /// All addresses, beginning with the one whose turn it is.
        func addressesInTurn() -> [PassThroughRow.Address] {
            let count = row.addresses.count
            let first = Int(UInt(bitPattern: turn.wrappingAdd(1, ordering: .relaxed).oldValue) % UInt(count))
            return (0..<count).map { row.addresses[(first + $0) % count] }
        }

        /// - Returns: false if too many are on their way; else ``leave()`` has to follow.
        func enter() -> Bool {
            guard passing.wrappingAdd(1, ordering: .relaxed).newValue <= limits.requestsMax else {
                leave()
                return false
            }
            return true
        }

        func leave() { passing.wrappingSubtract(1, ordering: .relaxed) }

        func record(status: Int, since started: ContinuousClock.Instant) {
            guard status > 0 else { return }  // nobody was left to be answered
            duration.record(ContinuousClock.now - started)
            outcomes[min(max(status / 100, 1), 5) - 1].add()
        }
    }

    /// Longest prefixes first.
    private let entries: [Entry]

    init(_ rows: [PassThroughRow], _ limits: PassThroughLimits, _ metrics: MetricsRegistry) {
        entries = rows.sorted { $0.prefix.utf8.count > $1.prefix.utf8.count }.map { Entry($0, limits, metrics) }
    }

    /// - Parameter target: path and query as they came.
    func entry(for target: String) -> Entry? {
        guard !entries.isEmpty, !target.utf8.contains(UInt8(ascii: "#")) else { return nil }
        let path = target.prefix { $0 != "?" }
        guard let entry = entries.first(where: { $0.row.holds(path) }), PassThroughRow.isPlain(path) else { return nil }
        return entry
    }
}

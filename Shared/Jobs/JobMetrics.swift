import Contracts
import ServiceKit
import Synchronization

/// The numbers of a service's jobs. Gauges are read from the table, so every replica says the same: take the greatest, not the sum.
final class JobMetrics: Sendable {
    private static let shown: [JobState] = [.queued, .running, .failed, .unknown]

    private let metrics: MetricsRegistry
    /// Ours, and those that were found in the table.
    private let kinds: Mutex<Set<String>>

    init(kinds: [String], metrics: MetricsRegistry) {
        self.metrics = metrics
        self.kinds = Mutex(Set(kinds))
        show([])
    }

    /// - Parameter counts: false for an answer that came too late to matter.
    func count(_ outcome: JobOutcome, of kind: String, counts: Bool) {
        let word =
            switch outcome {
            case _ where !counts: "late"
            case .done: "done"
            case .retry: "retry"
            case .failed: "failed"
            case .unknown: "unknown"
            }
        metrics.counter(
            "switchboard_job_attempts_total", "Attempts at side effects outside that ended here.", labels: ["kind": kind, "outcome": word]
        ).add()
    }

    func show(_ figures: [JobStore.Figure]) {
        let kinds = self.kinds.withLock { kinds in
            kinds.formUnion(figures.map(\.kind))
            return kinds
        }
        for kind in kinds {
            for state in Self.shown {
                let figure = figures.first { $0.kind == kind && $0.state == state }
                metrics.gauge(
                    "switchboard_jobs", "Side effects outside by state; `unknown` and `failed` wait for somebody to look.",
                    labels: ["kind": kind, "state": state.rawValue]
                ).set(figure?.count ?? 0)
                guard state == .queued else { continue }
                metrics.gauge(
                    "switchboard_jobs_oldest_queued_seconds", "How long the oldest queued one has been tried or waiting.",
                    labels: ["kind": kind]
                ).set(Int(saturating: figure?.oldestSeconds ?? 0))
            }
        }
    }
}

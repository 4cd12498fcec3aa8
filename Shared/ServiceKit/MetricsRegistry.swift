import Contracts
import Synchronization

/// The process's numbers, written out in Prometheus's text format, version 0.0.4. Names end in their unit; counters in `_total`.
///
/// Asking twice for the same name and labels gives the same instrument. Labels come from small closed sets (a route, a status),
/// never from clients.
package final class MetricsRegistry: Sendable {
    /// Series per name. Beyond it a label is not a closed set: further series share one that nobody sees.
    package static let seriesPerNameMax = 1000

    private struct State {
        var families: [String: Family] = [:]
        var collectors: [@Sendable () -> [MetricSample]] = []
    }

    private struct Family {
        let kind: MetricKind
        let help: String
        var series: [[String]: any Instrument] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    package func counter(_ name: String, _ help: String, labels: KeyValuePairs<String, String> = [:]) -> Counter {
        instrument(name, help, .counter, labels) { Counter() }
    }

    package func gauge(_ name: String, _ help: String, labels: KeyValuePairs<String, String> = [:]) -> Gauge {
        instrument(name, help, .gauge, labels) { Gauge() }
    }

    /// - Parameter bounds: upper bounds of the buckets, ascending, without infinity.
    package func histogram(
        _ name: String, _ help: String, bounds: [Double] = Histogram.secondsBounds, labels: KeyValuePairs<String, String> = [:]
    ) -> Histogram {
        instrument(name, help, .histogram, labels) { Histogram(bounds: bounds) }
    }

    /// Reads numbers that others count, at each export: the bus, the log, the pool. Must be quick.
    package func collect(_ collector: @escaping @Sendable () -> [MetricSample]) {
        state.withLock { $0.collectors.append(collector) }
    }

    package func exposition() -> String {
        let (families, collectors) = state.withLock { ($0.families, $0.collectors) }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text += "# HELP \(name) \(family.help)\n# TYPE \(name) \(family.kind.rawValue)\n"
            for (labels, instrument) in family.series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                instrument.write(name, labels, to: &text)
            }
        }
        var written: Set<String> = Set(families.keys)
        let samples = collectors.flatMap { $0() }.sorted { $0.name < $1.name }
        for sample in samples {
            if written.insert(sample.name).inserted {
                text += "# HELP \(sample.name) \(sample.help)\n# TYPE \(sample.name) \(sample.kind.rawValue)\n"
            }
            text += line(sample.name, sample.labels.map { label($0.key, $0.value) }, sample.value)
        }
        return text
    }

    private func instrument<Kind: Instrument>(
        _ name: String, _ help: String, _ kind: MetricKind, _ labels: KeyValuePairs<String, String>, make: () -> Kind
    ) -> Kind {
        let labels = labels.map { label($0.key, $0.value) }
        return state.withLock { state in
            var family = state.families[name] ?? Family(kind: kind, help: help)
            if let known = family.series[labels] as? Kind { return known }
            let made = make()
            guard family.kind == kind, family.series.count < Self.seriesPerNameMax else { return made }
            family.series[labels] = made
            state.families[name] = family
            return made
        }
    }
}

package enum MetricKind: String, Sendable {
    case counter, gauge, histogram
}

/// One number that a collector read elsewhere.
package struct MetricSample: Sendable {
    package let name: String
    package let help: String
    package let kind: MetricKind
    package let labels: [(key: String, value: String)]
    package let value: Double

    package init(_ name: String, _ help: String, _ kind: MetricKind, labels: KeyValuePairs<String, String> = [:], _ value: Double) {
        self.name = name
        self.help = help
        self.kind = kind
        self.labels = labels.map { ($0.key, $0.value) }
        self.value = value
    }
}

protocol Instrument: Sendable {
    func write(_ name: String, _ labels: [String], to text: inout String)
}

/// Only rises.
package final class Counter: Instrument {
    private let count = Atomic<Int64>(0)

    package func add(_ amount: Int = 1) {
        count.add(Int64(amount), ordering: .relaxed)
    }

    package var value: Int { Int(count.load(ordering: .relaxed)) }

    func write(_ name: String, _ labels: [String], to text: inout String) {
        text += line(name, labels, Double(value))
    }
}

/// Rises and falls.
package final class Gauge: Instrument {
    private let level = Atomic<Int64>(0)

    package func add(_ amount: Int) {
        level.add(Int64(amount), ordering: .relaxed)
    }

    package func set(_ value: Int) {
        level.store(Int64(value), ordering: .relaxed)
    }

    package var value: Int { Int(level.load(ordering: .relaxed)) }

    func write(_ name: String, _ labels: [String], to text: inout String) {
        text += line(name, labels, Double(value))
    }
}

/// How often a measure fell below each bound.
package final class Histogram: Instrument {
    /// From half a millisecond to ten seconds, for the time a request takes.
    package static let secondsBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    private let bounds: [Double]
    /// One more than the bounds: the last is for what lies above all of them.
    private let counts: [Counter]
    /// In millionths, so that an integer can be added atomically.
    private let millionths = Atomic<Int64>(0)

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = (0...bounds.count).map { _ in Counter() }
    }

    package func record(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count].add()
        millionths.wrappingAdd(Int64(saturating: min(max(value, 0), 1e12) * 1e6), ordering: .relaxed)
    }

    package func record(_ duration: Duration) {
        record(Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18)
    }

    func write(_ name: String, _ labels: [String], to text: inout String) {
        var total = 0
        for (index, count) in counts.enumerated() {
            total += count.value
            let bound = index < bounds.count ? number(bounds[index]) : "+Inf"
            text += line("\(name)_bucket", labels + [label("le", bound)], Double(total))
        }
        text += line("\(name)_sum", labels, Double(millionths.load(ordering: .relaxed)) / 1e6)
        text += line("\(name)_count", labels, Double(total))
    }
}

private func label(_ name: String, _ value: String) -> String {
    let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    return "\(name)=\"\(escaped)\""
}

private func line(_ name: String, _ labels: [String], _ value: Double) -> String {
    labels.isEmpty ? "\(name) \(number(value))\n" : "\(name){\(labels.joined(separator: ","))} \(number(value))\n"
}

private func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
}

import Foundation

/// Times of many events, in milliseconds once they are summed up.
struct Latencies {
    struct Summary: Encodable, Sendable {
        let count: Int
        let p50: Double
        let p99: Double
        let max: Double
    }

    private var nanoseconds: [UInt64] = []

    mutating func record(_ value: UInt64) { nanoseconds.append(value) }

    var summary: Summary {
        let sorted = nanoseconds.sorted()
        func at(_ share: Double) -> Double {
            guard let last = sorted.indices.last else { return 0 }
            return Double(sorted[min(last, Int(Double(sorted.count) * share))]) / 1_000_000
        }
        return Summary(count: sorted.count, p50: at(0.5), p99: at(0.99), max: at(1))
    }
}

/// A clock that only goes forward, in nanoseconds.
func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

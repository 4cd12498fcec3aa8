import Foundation

/// One measurement each, printed as one line of JSON; `deploy/bench` sets them beside their limits.
@main
struct Benchmarks {
    static func main() async throws {
        switch CommandLine.arguments.dropFirst().first {
        case "request": try await RequestBenchmark().run().print()
        case "decide": DecisionBenchmark().run().print()
        case "route": try await RouteBenchmark().run().print()
        case "log": try await LogBenchmark().run().print()
        case "http": try await BareServer().run()
        default:
            FileHandle.standardError.write(Data("benchmarks request | decide | route | log | http\n".utf8))
            exit(64)
        }
    }
}

/// Named figures.
struct Figures {
    private let values: [String: Double]

    init(_ values: [String: Double]) { self.values = values }

    func print() {
        let members = values.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \(String(format: "%.3f", $0.value))" }
        Swift.print("{\(members.joined(separator: ", "))}")
    }
}

/// Microseconds that `body` takes.
func microseconds(_ body: () throws -> Void) rethrows -> Double {
    let began = ContinuousClock.now
    try body()
    return (ContinuousClock.now - began).microseconds
}

extension Duration {
    var microseconds: Double { Double(components.seconds) * 1e6 + Double(components.attoseconds) / 1e12 }
}

extension [Double] {
    /// The value that this share of all does not exceed.
    func at(_ share: Double) -> Double {
        let sorted = sorted()
        return sorted.isEmpty ? 0 : sorted[Swift.min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }
}

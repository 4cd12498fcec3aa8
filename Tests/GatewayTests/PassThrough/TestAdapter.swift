import Foundation
import GatewayService
import Logging
import ServiceKit
import ServiceLifecycle
import TestSupport
import Testing

/// Random bytes, from the kernel.
func randomBytes(_ count: Int) throws -> [UInt8] {
    let file = try #require(FileHandle(forReadingAtPath: "/dev/urandom"))
    defer { file.closeFile() }
    return [UInt8](try file.read(upToCount: count) ?? Data())
}

/// What a sender got rid of, once that does not grow any more.
func settled(_ sender: RawConnection) async throws -> Int {
    var (last, repeats) = (-1, 0)
    try await eventually("the sender is stuck") {
        let now = sender.acceptedCount
        (last, repeats) = (now, now == last && now > 0 ? repeats + 1 : 0)
        return repeats > 100
    }
    return last
}

/// Runs an internal listener with these routes.
func withInternalServer(
    _ routes: InternalRoutes, metrics: MetricsRegistry = MetricsRegistry(), limits: InternalLimits = InternalLimits(),
    _ body: @Sendable @escaping (Int) async throws -> Void
) async throws {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let server = InternalServer(
        host: "127.0.0.1", port: 0, routes: routes, checks: HealthChecks(), metrics: metrics, limits: limits, logger: .tests
    ) { continuation.yield($0) }
    try await withServices([server]) {
        var iterator = ports.makeAsyncIterator()
        try await body(try #require(await iterator.next()))
    }
}

/// Runs a gateway that passes `/api/webhooks/test` and `/ws/test` on to these ports.
func withPassThrough(
    to ports: [Int], bodyBytesMax: Int? = nil, _ change: (inout GatewayConfiguration) -> Void = { _ in },
    _ body: @Sendable @escaping (TestGateway) async throws -> Void
) async throws {
    let addresses = ports.map { "http://127.0.0.1:\($0)" }.joined(separator: "|") + (bodyBytesMax.map { ";body=\($0)" } ?? "")
    let rows = [
        try #require(PassThroughRow("/api/webhooks/test=\(addresses)")), try #require(PassThroughRow("/ws/test=\(addresses)")),
    ]
    try await withGateway({ configuration in
        configuration.passThrough = rows
        change(&configuration)
    }) { try await body($0) }
}

extension MetricsRegistry {
    /// The value of one series; nil if there is none.
    func value(_ series: String) -> Double? {
        exposition().split(separator: "\n").first { $0.hasPrefix(series + " ") }.flatMap { Double($0.dropFirst(series.count + 1)) }
    }
}

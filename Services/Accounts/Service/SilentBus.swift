import Bus
import Contracts
import ServiceLifecycle

/// A bus that nobody else is on: what is published is lost, as any frame may be, and stands in the log all the same.
package struct SilentBus: Bus {
    package init() {}

    package func run() async throws { try await gracefulShutdown() }

    package func publish(_ delivery: Delivery) {}

    package func subscribe(to stream: StreamName, _ handler: @escaping @Sendable (Delivery) -> Void) {}

    package func request(_ request: RequestEnvelope, to service: ServiceName) async throws(BusError) -> [UInt8] {
        throw .unavailable(retryAfter: .seconds(1))
    }

    package func respond(with responder: @escaping @Sendable (RequestEnvelope) async -> Answer) {}
}

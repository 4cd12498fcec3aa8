import Bus
import Contracts
import Testing

/// Replicas that reach each other over one kind of bus.
protocol BusWorld: Sendable {
    /// A running replica. What it is to answer must be known at once, because a bus takes its responder before it runs.
    func bus(
        _ service: ServiceName, replica: Int, requests: PendingRequests.Limits, runningMax: Int, waitingMax: Int,
        responder: (@Sendable (RequestEnvelope) async -> Answer)?
    ) async throws -> any Bus

    /// From now on nothing gets through to this replica or from it.
    func cut(_ service: ServiceName, replica: Int) async throws

    func end() async throws
}

extension BusWorld {
    func bus(
        _ service: ServiceName, replica: Int = 1, requests: PendingRequests.Limits = .init(), runningMax: Int = 512, waitingMax: Int = 1024,
        answering responder: (@Sendable (RequestEnvelope) async -> Answer)? = nil
    ) async throws -> any Bus {
        try await bus(
            service, replica: replica, requests: requests, runningMax: runningMax, waitingMax: waitingMax, responder: responder)
    }

    /// Makes sure that subscriptions have taken effect: publishes ephemera until each is heard.
    func connect(_ publisher: any Bus, _ stream: StreamName, to subscribers: [any Bus]) async throws {
        for subscriber in subscribers {
            let heard = Collected<Delivery>()
            subscriber.subscribe(to: stream) { if case .ephemeral = $0 { heard.add($0) } }
            let probe = EphemeralFrame(
                stream: stream, subject: "orders.probe", audience: .internal, clientID: .new(), key: .zeroForTests, payload: [])
            try await eventually("a subscription takes effect") {
                publisher.publish(.ephemeral(probe))
                return heard.count > 0
            }
        }
    }
}

enum BusKind: CaseIterable, CustomStringConvertible {
    case inMemory, zeroMQ, zeroMQWithCurve

    var description: String {
        switch self {
        case .inMemory: "in memory"
        case .zeroMQ: "ZeroMQ"
        case .zeroMQWithCurve: "ZeroMQ with CURVE"
        }
    }

    func makeWorld() async throws -> any BusWorld {
        switch self {
        case .inMemory: InMemoryWorld()
        case .zeroMQ: ZeroMQWorld()
        case .zeroMQWithCurve: ZeroMQWorld(keys: try KeyRing())
        }
    }

    func withWorld(_ body: (any BusWorld) async throws -> Void) async throws {
        let world = try await makeWorld()
        do {
            try await body(world)
        } catch {
            try await world.end()
            throw error
        }
        try await world.end()
    }
}

struct InMemoryWorld: BusWorld {
    let network = InMemoryNetwork()

    func bus(
        _ service: ServiceName, replica: Int, requests: PendingRequests.Limits, runningMax: Int, waitingMax: Int,
        responder: (@Sendable (RequestEnvelope) async -> Answer)?
    ) async throws -> any Bus {
        var admission = AdmissionQueue<InMemoryBus.Work>.Limits()
        admission.runningMax = runningMax
        admission.waitingMax = waitingMax
        let bus = network.bus(for: service, replica: replica, requests: requests, admission: admission)
        if let responder { bus.respond(with: responder) }
        return bus
    }

    func cut(_ service: ServiceName, replica: Int) async throws {
        network.cut(service, replica: replica)
    }

    func end() async throws {}
}

import Bus
import Contracts
import Foundation
import Synchronization

/// Buses over real sockets on this machine, each on ports that were free.
final class ZeroMQWorld: BusWorld {
    private struct Replica {
        let bus: ZeroMQBus
        let run: Task<Void, any Error>
    }

    let directory = ListedEndpoints()
    /// Everybody's keys; nil: connections are plain.
    private let keys: KeyRing?
    private let replicas = Mutex<[Endpoint: Replica]>([:])

    init(keys: KeyRing? = nil) {
        self.keys = keys
    }

    func bus(
        _ service: ServiceName, replica: Int, requests: PendingRequests.Limits, runningMax: Int, waitingMax: Int,
        responder: (@Sendable (RequestEnvelope) async -> Answer)?
    ) async throws -> any Bus {
        var configuration = ZeroMQBusConfiguration(
            service: service, replica: replica, eventsEndpoint: "tcp://127.0.0.1:*",
            requestsEndpoint: responder == nil ? nil : "tcp://127.0.0.1:*")
        configuration.requests = requests
        configuration.admission.runningMax = runningMax
        configuration.admission.waitingMax = waitingMax
        return try await bus(configuration, answering: responder)
    }

    func bus(
        _ configuration: ZeroMQBusConfiguration, answering responder: (@Sendable (RequestEnvelope) async -> Answer)? = nil,
        isListed: Bool = true
    ) async throws -> ZeroMQBus {
        var configuration = configuration
        if configuration.curve == nil, let keys { configuration.curve = try keys.security(of: configuration.service) }
        let bus = ZeroMQBus(configuration, directory: directory, logger: .silent)
        if let responder { bus.respond(with: responder) }
        let run = Task { try await bus.run() }
        let endpoint = try await bus.bound()
        replicas.withLock { $0[endpoint] = Replica(bus: bus, run: run) }
        if isListed { directory.add(endpoint) }
        return bus
    }

    func cut(_ service: ServiceName, replica: Int) async throws {
        let cut = replicas.withLock { replicas in
            let cut = replicas.filter { $0.key.service == service && $0.key.replica == replica }
            for endpoint in cut.keys { replicas[endpoint] = nil }
            return cut.values.map { $0 }
        }
        for replica in cut { try await end(replica) }
    }

    func end() async throws {
        let all = replicas.withLock { replicas in
            defer { replicas = [:] }
            return replicas.values.map { $0 }
        }
        for replica in all { try await end(replica) }
    }

    private func end(_ replica: Replica) async throws {
        replica.run.cancel()
        do { try await replica.run.value } catch is CancellationError {}
    }
}

/// A directory that tests write to.
final class ListedEndpoints: EndpointDirectory {
    private struct State {
        var endpoints: [Endpoint] = []
        var readers: [AsyncStream<[Endpoint]>.Continuation] = []
    }

    private let state = Mutex(State())

    func endpoints() -> AsyncStream<[Endpoint]> {
        let (stream, continuation) = AsyncStream<[Endpoint]>.makeStream()
        state.withLock { state in
            state.readers.append(continuation)
            continuation.yield(state.endpoints)
        }
        return stream
    }

    func add(_ endpoint: Endpoint) {
        change { $0.append(endpoint) }
    }

    func change(_ change: (inout [Endpoint]) -> Void) {
        state.withLock { state in
            change(&state.endpoints)
            for reader in state.readers { reader.yield(state.endpoints) }
        }
    }
}

import Bus
import CZeroMQ
import Contracts
import Foundation
import Logging

/// 512 bytes there and back: by the bus, and by libzmq alone between two threads. Both over TCP on this machine.
struct RequestBenchmark {
    private static let size = 512
    private static let alone = 5_000
    private static let together = 60_000
    private static let inFlight = 64

    func run() async throws -> Figures {
        let plain = try plainRoundTrips()
        let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        let server = ZeroMQBus(
            ZeroMQBusConfiguration(service: .chat, eventsEndpoint: "tcp://127.0.0.1:*", requestsEndpoint: "tcp://127.0.0.1:*"),
            directory: FixedDirectory(known: []), logger: logger)
        server.respond { request in .reply(request.payload) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let place = try await server.bound()
            let client = ZeroMQBus(
                ZeroMQBusConfiguration(service: .gateway), directory: FixedDirectory(known: [place]), logger: logger)
            group.addTask { try await client.run() }
            for _ in 0..<1_000 { try await ask(client) }
            var times: [Double] = []
            for _ in 0..<Self.alone {
                let began = ContinuousClock.now
                try await ask(client)
                times.append((ContinuousClock.now - began).microseconds)
            }
            let began = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { askers in
                for _ in 0..<Self.inFlight {
                    askers.addTask { for _ in 0..<Self.together / Self.inFlight { try await ask(client) } }
                }
                try await askers.waitForAll()
            }
            let seconds = (ContinuousClock.now - began).microseconds / 1e6
            group.cancelAll()
            return Figures([
                "bus_p50_us": times.at(0.5), "bus_p99_us": times.at(0.99), "libzmq_p50_us": plain.at(0.5),
                "libzmq_p99_us": plain.at(0.99), "bus_per_second_64": Double(Self.together) / seconds,
            ])
        }
    }

    private func ask(_ client: ZeroMQBus) async throws {
        _ = try await client.request(
            RequestEnvelope(
                subject: "bench.echo", key: .random(), budget: .seconds(10), clientID: nil, traceparent: nil,
                payload: [UInt8](repeating: 1, count: Self.size)), to: .chat)
    }

    /// REQ and REP on two threads, each with a context of its own, blocking: the least that libzmq can do.
    private func plainRoundTrips() throws -> [Double] {
        let serverContext = zmq_ctx_new()
        let server = zmq_socket(serverContext, ZMQ_REP)
        precondition(zmq_bind(server, "tcp://127.0.0.1:*") == 0)
        var address = [CChar](repeating: 0, count: 256)
        var length = address.count
        zmq_getsockopt(server, ZMQ_LAST_ENDPOINT, &address, &length)
        let rounds = Self.alone + 1_000
        // The socket moves to the other thread; nobody else touches it from here on.
        nonisolated(unsafe) let socket = server
        let thread = Thread {
            var buffer = [UInt8](repeating: 0, count: Self.size)
            for _ in 0..<rounds {
                zmq_recv(socket, &buffer, buffer.count, 0)
                zmq_send(socket, buffer, buffer.count, 0)
            }
        }
        thread.start()
        let context = zmq_ctx_new()
        let client = zmq_socket(context, ZMQ_REQ)
        precondition(zmq_connect(client, address) == 0)
        var buffer = [UInt8](repeating: 1, count: Self.size)
        var times: [Double] = []
        for round in 0..<rounds {
            let time = microseconds {
                zmq_send(client, buffer, buffer.count, 0)
                zmq_recv(client, &buffer, buffer.count, 0)
            }
            if round >= 1_000 { times.append(time) }
        }
        zmq_close(client)
        zmq_ctx_term(context)
        return times
    }
}

/// Endpoints that do not change.
struct FixedDirectory: EndpointDirectory {
    let known: [Endpoint]

    func endpoints() -> AsyncStream<[Endpoint]> {
        AsyncStream { continuation in continuation.yield(known) }
    }
}

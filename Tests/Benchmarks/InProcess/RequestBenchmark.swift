import Bus
import CZeroMQ
import Contracts
import Foundation
import Logging
import Synchronization

/// 512 bytes there and back: by the bus, and by libzmq alone between two threads, both without keys; and by the bus with keys, as it is
/// everywhere outside tests, for what they cost. All over TCP on this machine.
struct RequestBenchmark {
    private static let size = 512
    private static let alone = 5_000
    private static let together = 60_000
    private static let inFlight = 64
    /// Turns with and without keys, alternating. Each is `together` requests.
    private static let turns = 3

    private struct Measured {
        var times: [Double] = []
        var perSecond = 0.0
        /// Of both sides and their I/O threads.
        var processorSeconds = 0.0
    }

    func run() async throws -> Figures {
        let plain = try plainRoundTrips()
        let (chat, gateway) = (try CurveKeyPair.generate(), try CurveKeyPair.generate())
        let keys = try CurvePublicKeys([.chat: [chat.publicKey], .gateway: [gateway.publicKey]])
        var withKeys: [Measured] = []
        var withoutKeys: [Measured] = []
        for _ in 0..<Self.turns {
            withKeys.append(
                try await measure(CurveSecurity(own: chat, publicKeys: keys), CurveSecurity(own: gateway, publicKeys: keys)))
            withoutKeys.append(try await measure(nil, nil))
        }
        // Each turn beside its neighbour; the middle one, so that a turn that something else disturbed does not count.
        let ratios = zip(withKeys, withoutKeys).map { $0.processorSeconds / $1.processorSeconds }.sorted()
        let thousands = Double(Self.together) / 1_000
        let (times, timesWithKeys) = (withoutKeys.flatMap(\.times), withKeys.flatMap(\.times))
        return Figures([
            "bus_p50_us": times.at(0.5), "bus_p99_us": times.at(0.99), "libzmq_p50_us": plain.at(0.5),
            "libzmq_p99_us": plain.at(0.99), "bus_per_second_64": withoutKeys.map(\.perSecond).sorted()[Self.turns / 2],
            "with_keys_p50_us": timesWithKeys.at(0.5),
            "with_keys_per_second_64": withKeys.map(\.perSecond).sorted()[Self.turns / 2], "keys_cpu_ratio": ratios[Self.turns / 2],
            "with_keys_cpu_seconds_per_1000": withKeys.map(\.processorSeconds).sorted()[Self.turns / 2] / thousands,
            "without_keys_cpu_seconds_per_1000": withoutKeys.map(\.processorSeconds).sorted()[Self.turns / 2] / thousands,
        ])
    }

    /// - Parameters:
    ///   - answering: the answering side's keys; nil for none on either side.
    ///   - asking: the asking side's.
    private func measure(_ answering: CurveSecurity?, _ asking: CurveSecurity?) async throws -> Measured {
        let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        var serving = ZeroMQBusConfiguration(service: .chat, eventsEndpoint: "tcp://127.0.0.1:*", requestsEndpoint: "tcp://127.0.0.1:*")
        serving.curve = answering
        var calling = ZeroMQBusConfiguration(service: .gateway)
        calling.curve = asking
        let server = ZeroMQBus(serving, directory: FixedDirectory(known: []), logger: logger)
        server.respond { request in .reply(request.payload) }
        return try await withThrowingTaskGroup(of: Void.self) { [calling] group in
            group.addTask { try await server.run() }
            let place = try await server.bound()
            let client = ZeroMQBus(calling, directory: FixedDirectory(known: [place]), logger: logger)
            group.addTask { try await client.run() }
            for _ in 0..<1_000 { try await ask(client) }
            var measured = Measured()
            for _ in 0..<Self.alone {
                let began = ContinuousClock.now
                try await ask(client)
                measured.times.append((ContinuousClock.now - began).microseconds)
            }
            let before = processorSeconds()
            let began = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { askers in
                for _ in 0..<Self.inFlight {
                    askers.addTask { for _ in 0..<Self.together / Self.inFlight { try await ask(client) } }
                }
                try await askers.waitForAll()
            }
            measured.perSecond = Double(Self.together) / ((ContinuousClock.now - began).microseconds / 1e6)
            measured.processorSeconds = processorSeconds() - before
            group.cancelAll()
            return measured
        }
    }

    /// Of this process so far, user and system.
    private func processorSeconds() -> Double {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }

    private func ask(_ client: ZeroMQBus) async throws {
        _ = try await client.request(
            RequestEnvelope(
                subject: "bench.echo", key: .random(), budget: .seconds(10), clientID: nil, traceparent: nil,
                payload: [UInt8](repeating: 1, count: Self.size)), to: .chat)
    }

    /// REQ and REP on two threads, each with a context of its own, blocking: the least that libzmq can do.
    private func plainRoundTrips() throws -> [Double] {
        let rounds = Self.alone + 1_000
        let bound = DispatchSemaphore(value: 0)
        let address = Mutex<[CChar]>([])
        // Everything of the other side is the thread's own, but for the address.
        let thread = Thread {
            let context = zmq_ctx_new()
            let server = zmq_socket(context, ZMQ_REP)
            precondition(zmq_bind(server, "tcp://127.0.0.1:*") == 0)
            var name = [CChar](repeating: 0, count: 256)
            var length = name.count
            zmq_getsockopt(server, ZMQ_LAST_ENDPOINT, &name, &length)
            address.withLock { $0 = name }
            bound.signal()
            var buffer = [UInt8](repeating: 0, count: Self.size)
            for _ in 0..<rounds {
                zmq_recv(server, &buffer, buffer.count, 0)
                zmq_send(server, buffer, buffer.count, 0)
            }
            zmq_close(server)
            zmq_ctx_term(context)
        }
        thread.start()
        bound.wait()
        let context = zmq_ctx_new()
        let client = zmq_socket(context, ZMQ_REQ)
        precondition(zmq_connect(client, address.withLock { $0 }) == 0)
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

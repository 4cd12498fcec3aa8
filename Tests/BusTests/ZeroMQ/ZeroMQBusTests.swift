import Bus
import CZeroMQ
import Contracts
import Foundation
import ServiceLifecycle
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(3))) struct `The bus over ZeroMQ` {
    /// Watches that are as quick as a test wants them.
    static func quick(_ configuration: ZeroMQBusConfiguration) -> ZeroMQBusConfiguration {
        var configuration = configuration
        configuration.links.silence = .milliseconds(400)
        configuration.links.pingEvery = .milliseconds(100)
        configuration.links.pingUnknownEvery = .milliseconds(50)
        configuration.links.wrongServicePause = .milliseconds(100)
        return configuration
    }

    func withWorld(_ body: (ZeroMQWorld) async throws -> Void) async throws {
        let world = ZeroMQWorld()
        do {
            try await body(world)
        } catch {
            try await world.end()
            throw error
        }
        try await world.end()
    }

    static func junk(_ count: Int, seed: UInt64) -> [[UInt8]] {
        var generator = SplitMix64(seed: seed)
        let originals = `A frame`.examples.map { $0.encoded() }
        return (0..<count).map { index in
            index.isMultiple(of: 2)
                ? `A frame`.mutated(originals.randomElement(using: &generator)!, among: originals, using: &generator)
                : (0..<Int.random(in: 0...300, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
    }

    // MARK: Any bytes

    @Test func `answers on, whatever bytes arrive where it answers`() async throws {
        try await withWorld { world in
            let bus = try await world.bus(.orders) { .reply($0.payload) }
            let address = try #require(try await (bus as? ZeroMQBus)?.bound().requests)
            let foe = RawSocket(ZMQ_DEALER)
            foe.set(ZMQ_SNDHWM, 0)
            foe.connect(address)
            // A peer that chose a name for itself, longer than ours ever are.
            let named = RawSocket(ZMQ_DEALER)
            named.set(ZMQ_ROUTING_ID, [UInt8](repeating: 0x41, count: 200))
            named.connect(address)
            for (index, bytes) in Self.junk(3000, seed: 11).enumerated() {
                switch index % 4 {
                case 0: foe.send(bytes, bytes)
                case 1: foe.send([], bytes)
                default: foe.send(bytes)
                }
                if index.isMultiple(of: 100) { named.send(WireFrame.ping(nonce: 1).encoded()) }
            }
            try await eventually("the bytes have arrived") { bus.metrics.malformedFrames > 1500 }
            let asker = try await world.bus(.chat)
            #expect(try await asker.request(.example(payload: [4, 2]), to: .orders) == [4, 2])
        }
    }

    @Test func `hears on, whatever bytes arrive where it listens`() async throws {
        try await withWorld { world in
            let foe = RawSocket(ZMQ_PUB)
            foe.set(ZMQ_SNDHWM, 0)
            let address = try #require(foe.bind())
            world.directory.add(Endpoint(service: .orders, replica: 1, events: address, requests: nil))
            let bus = try await world.bus(.chat)
            let heard = Collected<Delivery>()
            bus.subscribe(to: .orders) { heard.add($0) }
            let topic = Array("e.orders.000.".utf8)
            try await eventually("it listens") {
                foe.send(WireFrame.event(.example(1)).encoded())
                return heard.count > 0
            }
            for (index, bytes) in Self.junk(2000, seed: 12).enumerated() {
                if index.isMultiple(of: 3) { foe.send(topic, bytes) } else { foe.send(topic + bytes) }
            }
            try await eventually("the bytes have arrived") { bus.metrics.malformedFrames > 500 }
            try await eventually("it still hears") {
                foe.send(WireFrame.event(.example(2)).encoded())
                return heard.all.contains(.event(.example(2)))
            }
        }
    }

    @Test func `asks on, whatever bytes come back`() async throws {
        try await withWorld { world in
            let foe = RawSocket(ZMQ_ROUTER)
            foe.set(ZMQ_SNDHWM, 0)
            let address = try #require(foe.bind())
            world.directory.add(Endpoint(service: .orders, replica: 1, events: nil, requests: address))
            let bus = try await world.bus(.chat)
            let peer = Mutex<[UInt8]>([])
            try await eventually("it says hello") {
                guard let parts = foe.receive() else { return false }
                peer.withLock { $0 = parts[0] }
                return true
            }
            let name = peer.withLock { $0 }
            // Only what is no frame: a changed reply could be taken for the answer that is awaited below.
            let junk = Self.junk(3000, seed: 13).filter { bytes in
                do { _ = try WireFrame(decoding: bytes) } catch { return true }
                return false
            }
            #expect(junk.count > 1500)
            for (index, bytes) in junk.enumerated() {
                if index.isMultiple(of: 3) { foe.send(name, bytes, bytes) } else { foe.send(name, bytes) }
            }
            try await eventually("the bytes have arrived") { bus.metrics.malformedFrames == junk.count }
            async let reply = bus.request(.example(), to: .orders)
            let identity = PeerIdentity(service: .orders, replica: 1, instance: .firstEpoch, isReady: true, isDraining: false)
            try await eventually("it asks and is answered") {
                guard let parts = foe.receive() else { return false }
                switch try WireFrame(decoding: parts[1]) {
                case .ping(let nonce):
                    foe.send(parts[0], WireFrame.pong(nonce: nonce, identity).encoded())
                    return false
                case .request(let request):
                    foe.send(
                        parts[0],
                        WireFrame.reply(ReplyFrame(number: request.number, attempt: request.attempt, answer: .reply([5]))).encoded())
                    return true
                default: return false
                }
            }
            #expect(try await reply == [5])
        }
    }

    @Test func `lives on when something that does not speak ZeroMQ connects`() async throws {
        try await withWorld { world in
            let bus = try await world.bus(.orders) { .reply($0.payload) }
            let bound = try await (bus as? ZeroMQBus)?.bound()
            var generator = SplitMix64(seed: 14)
            for address in [bound?.events, bound?.requests] {
                let port = try #require(address?.split(separator: ":").last.flatMap { UInt16($0) })
                for round in 0..<20 {
                    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
                    var target = sockaddr_in()
                    target.sin_family = sa_family_t(AF_INET)
                    target.sin_port = port.bigEndian
                    target.sin_addr.s_addr = inet_addr("127.0.0.1")
                    let result = withUnsafePointer(to: &target) {
                        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                        }
                    }
                    #expect(result == 0)
                    // A right greeting and then nonsense, or nonsense from the start.
                    var bytes: [UInt8] = round.isMultiple(of: 2) ? [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0] + Array("NULL".utf8) : []
                    bytes += (0..<500).map { _ in UInt8.random(in: 0...255, using: &generator) }
                    _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                    close(descriptor)
                }
            }
            let asker = try await world.bus(.chat)
            #expect(try await asker.request(.example(payload: [1]), to: .orders) == [1])
        }
    }

    // MARK: The silence rule

    @Test func `heals when an endpoint first is another service and then the right one`() async throws {
        try await withWorld { world in
            let wrong = try await world.bus(
                ZeroMQBusConfiguration(service: .router, eventsEndpoint: "tcp://127.0.0.1:*", requestsEndpoint: "tcp://127.0.0.1:*"),
                answering: { _ in .reply([6]) }, isListed: false)
            let place = try await wrong.bound()
            world.directory.add(Endpoint(service: .orders, replica: 1, events: place.events, requests: place.requests))
            var limits = Self.quick(ZeroMQBusConfiguration(service: .chat))
            limits.requests.readinessWait = .milliseconds(200)
            let asker = try await world.bus(limits)
            let heard = Collected<Delivery>()
            asker.subscribe(to: .orders) { heard.add($0) }
            try await eventually("both links were opened again") { asker.metrics.linksReopened >= 2 }
            await #expect(throws: BusError.unavailable(retryAfter: .seconds(1))) { try await asker.request(.example(), to: .orders) }
            try await world.cut(.router, replica: 1)
            let right = try await world.bus(
                ZeroMQBusConfiguration(service: .orders, eventsEndpoint: place.events, requestsEndpoint: place.requests),
                answering: { _ in .reply([7]) }, isListed: false)
            try await eventually("the right one is ready") { asker.metrics.endpointsReady == 1 }
            #expect(try await asker.request(.example(), to: .orders) == [7])
            try await eventually("the right one is heard") {
                right.publish(.event(.example(1)))
                return heard.all.contains(.event(.example(1)))
            }
        }
    }

    @Test func `heals when an endpoint first is a socket of another type`() async throws {
        try await withWorld { world in
            let wrong = RawSocket(ZMQ_PULL)
            let address = try #require(wrong.bind())
            world.directory.add(Endpoint(service: .orders, replica: 1, events: address, requests: nil))
            let listener = try await world.bus(Self.quick(ZeroMQBusConfiguration(service: .chat)))
            let heard = Collected<Delivery>()
            listener.subscribe(to: .orders) { heard.add($0) }
            try await eventually("silence was noticed") { listener.metrics.linksReopened > 0 }
            wrong.close()
            let right = try await world.bus(
                ZeroMQBusConfiguration(service: .orders, eventsEndpoint: address), isListed: false)
            try await eventually("the right one is heard") {
                right.publish(.event(.example(1)))
                return heard.count > 0
            }
        }
    }

    @Test func `heals when a frame was longer than any of ours`() async throws {
        try await withWorld { world in
            let publisher = RawSocket(ZMQ_PUB)
            let address = try #require(publisher.bind())
            world.directory.add(Endpoint(service: .orders, replica: 1, events: address, requests: nil))
            let listener = try await world.bus(Self.quick(ZeroMQBusConfiguration(service: .chat)))
            let heard = Collected<Delivery>()
            listener.subscribe(to: .orders) { heard.add($0) }
            try await eventually("it listens") {
                publisher.send(WireFrame.event(.example(1)).encoded())
                return heard.count > 0
            }
            let before = listener.metrics.linksReopened
            publisher.send(Array("e.orders.000.".utf8) + [UInt8](repeating: 0, count: WireLimits.frameMax + 1))
            try await eventually("it listens again") {
                publisher.send(WireFrame.event(.example(2)).encoded())
                return heard.all.contains(.event(.example(2))) && listener.metrics.linksReopened > before
            }
        }
    }

    // MARK: Endpoints

    @Test func `follows a service that moves, and forgets one that is gone`() async throws {
        try await withWorld { world in
            _ = try await world.bus(.orders) { _ in .reply([1]) }
            var configuration = ZeroMQBusConfiguration(service: .chat)
            configuration.requests.readinessWait = .milliseconds(100)
            let asker = try await world.bus(configuration)
            try await eventually("it is found") { asker.metrics.endpointsReady == 1 }
            #expect(try await asker.request(.example(), to: .orders) == [1])
            let moved = try await world.bus(
                ZeroMQBusConfiguration(service: .orders, requestsEndpoint: "tcp://127.0.0.1:*"), answering: { _ in .reply([2]) },
                isListed: false)
            let place = try await moved.bound()
            world.directory.change { $0 = [place] }
            try await eventually("the new place is asked") {
                do throws(BusError) { return try await asker.request(.example(), to: .orders) == [2] } catch { return false }
            }
            world.directory.change { $0 = [] }
            try await eventually("nobody is asked") { asker.metrics.endpointsReady == 0 }
            await #expect(throws: BusError.unavailable(retryAfter: .seconds(1))) { try await asker.request(.example(), to: .orders) }
        }
    }

    @Test func `takes only literal addresses`() {
        for address in ["tcp://127.0.0.1:20001", "tcp://[::1]:20001", "tcp://10.1.2.3:1"] { #expect(Endpoint.isLiteral(address)) }
        for address in ["tcp://chat:20001", "tcp://127.0.0.1", "tcp://127.0.0.1:0", "tcp://127.0.0.1:99999", "ipc:///x", "", "tcp://:1"] {
            #expect(!Endpoint.isLiteral(address))
        }
    }

    @Test func `ignores an endpoint it cannot use`() async throws {
        try await withWorld { world in
            world.directory.add(Endpoint(service: .orders, replica: 1, events: "tcp://no-such-host:1", requests: "nonsense"))
            let asker = try await world.bus(ZeroMQBusConfiguration(service: .chat))
            asker.subscribe(to: .orders) { _ in }
            _ = try await world.bus(.router) { _ in .reply([3]) }
            #expect(try await asker.request(.example(), to: .router) == [3])
        }
    }

    @Test func `says so when its address is taken`() async throws {
        try await withWorld { world in
            let taken = try await world.bus(ZeroMQBusConfiguration(service: .orders, requestsEndpoint: "tcp://127.0.0.1:*"))
            let address = try await taken.bound().requests
            let second = ZeroMQBus(ZeroMQBusConfiguration(service: .orders, requestsEndpoint: address), logger: .silent)
            await #expect(throws: ZeroMQError.self) { try await second.run() }
            await #expect(throws: ZeroMQError.self) { try await second.bound() }
            await #expect(throws: BusError.unavailable(retryAfter: .seconds(1))) { try await second.request(.example(), to: .orders) }
        }
    }

    // MARK: Limits and the end

    @Test func `queues a bounded number of requests and frames before it runs`() async throws {
        var configuration = ZeroMQBusConfiguration(service: .chat)
        configuration.commandsMax = 10
        let bus = ZeroMQBus(configuration, logger: .silent)
        for sequence in 1...15 { bus.publish(.event(.example(Int64(sequence)))) }
        #expect(bus.metrics.publishesDropped == 5)
        await #expect(throws: BusError.overloaded(retryAfter: .milliseconds(100))) { try await bus.request(.example(), to: .orders) }
        configuration.commandsMax = 1000
        configuration.publishBytesMax = 100_000
        let other = ZeroMQBus(configuration, logger: .silent)
        for sequence in 1...3 { other.publish(.event(.example(Int64(sequence), payload: [UInt8](repeating: 0, count: 40_000)))) }
        #expect(other.metrics.publishesDropped == 1)
    }

    @Test func `answers what it has begun before it ends, and takes nothing new`() async throws {
        try await withWorld { world in
            let release = AsyncStream<Void>.makeStream()
            let begun = Collected<RequestKey>()
            let bus = ZeroMQBus(
                ZeroMQBusConfiguration(service: .orders, requestsEndpoint: "tcp://127.0.0.1:*"), logger: .silent)
            bus.respond { envelope in
                begun.add(envelope.key)
                for await _ in release.stream {}
                return .reply([8])
            }
            let group = ServiceGroup(configuration: .init(services: [bus], logger: .silent))
            let run = Task { try await group.run() }
            world.directory.add(try await bus.bound())
            let asker = try await world.bus(ZeroMQBusConfiguration(service: .chat))
            let first = RequestEnvelope.example()
            async let reply = asker.request(first, to: .orders)
            try await eventually("the first is being answered") { begun.count == 1 }
            await group.triggerGracefulShutdown()
            try await eventually("the asker knows that nothing new is taken") { asker.metrics.endpointsReady == 0 }
            await #expect(throws: BusError.self) { try await asker.request(.example(budget: .milliseconds(200)), to: .orders) }
            release.continuation.finish()
            #expect(try await reply == [8])
            try await run.value
            #expect(begun.all == [first.key])
            await #expect(throws: BusError.unavailable(retryAfter: .seconds(1))) { try await bus.request(.example(), to: .orders) }
        }
    }

    @Test func `says that it leaves before it stops, and answers what comes nevertheless`() async throws {
        try await withWorld { world in
            var configuration = ZeroMQBusConfiguration(service: .orders, requestsEndpoint: "tcp://127.0.0.1:*")
            let leaving = try await world.bus(configuration, answering: { _ in .reply([1]) })
            // Peers that ping so seldom that they could not have asked.
            var asking = ZeroMQBusConfiguration(service: .chat)
            asking.links.pingEvery = .seconds(3600)
            asking.links.silence = .seconds(7200)
            let asker = try await world.bus(asking)
            try await eventually("it is known") { asker.metrics.endpointsReady == 1 }
            #expect(try await asker.request(.example(), to: .orders) == [1])
            let raw = RawSocket(ZMQ_DEALER)
            raw.connect(try #require(try await leaving.bound().requests))
            leaving.leave()
            try await eventually("the asker knows that it leaves") { asker.metrics.endpointsReady == 0 }
            let late = WireFrame.request(RequestFrame(number: 7, attempt: 0, envelope: .example())).encoded()
            raw.send(late)
            try await eventually("what comes nevertheless is answered") {
                guard let parts = raw.receive(), case .reply(let reply) = try WireFrame(decoding: parts[0]) else { return false }
                return try reply.answer.payload() == [1]
            }
            configuration.replica = 2
            _ = try await world.bus(configuration, answering: { _ in .reply([2]) })
            #expect(try await asker.request(.example(), to: .orders) == [2], "a new one is found and asked")
        }
    }

    @Test func `ends the requests that are pending when it is stopped`() async throws {
        let bus = ZeroMQBus(ZeroMQBusConfiguration(service: .chat), logger: .silent)
        let run = Task { try await bus.run() }
        _ = try await bus.bound()
        let pending = Task { try await bus.request(.example(), to: .orders) }
        try await eventually("it is pending") { bus.metrics.requestsPending == 1 }
        run.cancel()
        await #expect(throws: BusError.unavailable(retryAfter: .seconds(1))) { try await pending.value }
        do { try await run.value } catch is CancellationError {}
    }
}

@Suite struct `The endpoint file` {
    @Test func `is read with whatever else stands in it`() throws {
        let text = """
            {"written_at": "2026-11-21T03:14:15Z",
             "chat": [{"replica": 1, "events": "tcp://127.0.0.1:20001", "requests": "tcp://127.0.0.1:20002", "health": "http://127.0.0.1:20003"},
                      {"replica": 2, "requests": "tcp://127.0.0.1:20005", "zone": {"a": 1}}, {"events": "x"}, 5],
             "gateway": []}
            """
        #expect(
            try FileEndpointDirectory.parse(Data(text.utf8)) == [
                Endpoint(service: .chat, replica: 1, events: "tcp://127.0.0.1:20001", requests: "tcp://127.0.0.1:20002"),
                Endpoint(service: .chat, replica: 2, events: nil, requests: "tcp://127.0.0.1:20005"),
            ])
        #expect(throws: (any Error).self) { try FileEndpointDirectory.parse(Data("[]".utf8)) }
        #expect(throws: (any Error).self) { try FileEndpointDirectory.parse(Data("{".utf8)) }
    }

    @Test func `is read again when it was replaced, and what cannot be read changes nothing`() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("endpoints-\(UUID().uuidString).json").path
        defer { do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record(error) } }
        func write(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic) }
        let directory = FileEndpointDirectory(path: path, every: .milliseconds(5), logger: .silent)
        let seen = Collected<[Endpoint]>()
        let reading = Task { for await endpoints in directory.endpoints() { seen.add(endpoints) } }
        try write(#"{"chat": [{"replica": 1, "requests": "a"}]}"#)
        try await eventually("the first is seen") { seen.all.last?.first?.requests == "a" }
        try write("{ half a fi")
        try write(#"{"chat": [{"replica": 1, "requests": "b"}]}"#)
        try await eventually("the second is seen") { seen.all.last?.first?.requests == "b" }
        #expect(seen.all.allSatisfy { $0.count == 1 })
        reading.cancel()
        await reading.value
    }
}

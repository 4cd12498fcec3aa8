import Bus
import Contracts
import Foundation
import Synchronization
import Testing

@Suite struct `Addresses behind a name` {
    static let peer = NamedPeer(service: .orders, host: "orders", eventsPort: 7101, requestsPort: 7102)

    @Test func `count at once, and are left only when they were missing for a while`() {
        var known = NamedAddresses([Self.peer])
        let start = ContinuousClock.now
        func hasChanged(_ addresses: Set<String>, after delay: Duration) -> Bool { known.resolved(0, addresses, now: start + delay) }
        #expect(hasChanged(["10.0.0.2", "10.0.0.1"], after: .zero))
        #expect(known.endpoints == [Self.endpoint(1, "10.0.0.1"), Self.endpoint(2, "10.0.0.2")])
        #expect(!hasChanged(["10.0.0.1"], after: .seconds(9)), "a part of the answer may be missing")
        #expect(hasChanged(["10.0.0.1", "10.0.0.3"], after: .seconds(10)))
        #expect(known.endpoints == [Self.endpoint(1, "10.0.0.1"), Self.endpoint(3, "10.0.0.3")], "numbers are not used again")
        #expect(!hasChanged([], after: .seconds(19)))
        #expect(hasChanged([], after: .seconds(20)))
        #expect(known.endpoints == [])
    }

    @Test func `are no more than there may be`() {
        var limits = NamedAddresses.Limits()
        limits.addressesMax = 2
        var known = NamedAddresses([Self.peer], limits: limits)
        _ = known.resolved(0, ["10.0.0.1", "10.0.0.2", "10.0.0.3"], now: .now)
        #expect(known.endpoints.count == 2)
    }

    @Test func `may be of either family`() {
        var known = NamedAddresses([Self.peer])
        _ = known.resolved(0, ["fd00::7"], now: .now)
        #expect(known.endpoints.map(\.events) == ["tcp://[fd00::7]:7101"])
        #expect(known.endpoints.allSatisfy { $0.requests.map(Endpoint.isLiteral) == true })
    }

    @Test func `are asked for by service, name and ports`() {
        #expect(NamedPeer("orders=orders:7101:7102") == Self.peer)
        #expect(NamedPeer("chat=chat.switchboard.svc:1:65535")?.host == "chat.switchboard.svc")
        #expect(NamedPeer("chat=[::1]:7101:7102")?.host == "::1")
        for wrong in [
            "", "chat", "chat=", "chat=chat", "chat=chat:7101", "=chat:7101:7102", "chat=:7101:7102", "chat=chat:0:7102",
            "chat=chat:7101:7101",
            "chat=chat:7101:70000", "chat=a b:7101:7102", "chat=tcp://chat:7101:7102",
        ] { #expect(NamedPeer(wrong) == nil, "\(wrong)") }
    }

    private static func endpoint(_ replica: Int, _ address: String) -> Endpoint {
        Endpoint(service: .orders, replica: replica, events: "tcp://\(address):7101", requests: "tcp://\(address):7102")
    }
}

@Suite(.timeLimit(.minutes(2))) struct `A bus that finds others by name` {
    @Test func `uses who is new, leaves who is gone, and stays with whom it has when no answer comes`() async throws {
        let world = ZeroMQWorld()
        // One port on several of this machine's addresses, as containers have one port on several of the network's.
        let first = try await orders(world, "127.0.0.2", ports: ("*", "*"), answer: 2)
        let place = try await first.bound()
        let ports = (try #require(port(place.events)), try #require(port(place.requests)))
        let peer = NamedPeer(service: .orders, host: "orders", eventsPort: ports.0, requestsPort: ports.1)
        let resolver = ListedAddresses(["127.0.0.2"])
        var limits = NamedAddresses.Limits()
        limits.grace = .milliseconds(100)
        let directory = NamedEndpointDirectory([peer], resolver: resolver, every: .milliseconds(10), limits: limits, logger: .silent)
        let asker = ZeroMQBus(`The bus over ZeroMQ`.quick(ZeroMQBusConfiguration(service: .chat)), directory: directory, logger: .silent)
        let run = Task { try await asker.run() }
        #expect(try await asker.request(.example(), to: .orders) == [2])

        resolver.set(.success(["127.0.0.2", "127.0.0.3"]))
        _ = try await orders(world, "127.0.0.3", ports: ("\(ports.0)", "\(ports.1)"), answer: 3)
        try await eventually("the new one is ready") { asker.metrics.endpointsReady == 2 }

        resolver.set(.failure(HostResolutionError("no answer")))
        let asked = resolver.count
        try await eventually("it was asked more often than the grace lasts") { resolver.count > asked + 20 }
        #expect(asker.metrics.endpointsReady == 2)

        resolver.set(.success(["127.0.0.3"]))
        try await eventually("the one that is gone is left, though it still runs") { asker.metrics.endpointsReady == 1 }
        #expect(try await asker.request(.example(), to: .orders) == [3])

        // Its address comes back as another service's, which then moves away and leaves it to a replica again.
        try await world.cut(.orders, replica: 2)
        let wrong = try await world.bus(
            ZeroMQBusConfiguration(
                service: .router, eventsEndpoint: "tcp://127.0.0.2:\(ports.0)", requestsEndpoint: "tcp://127.0.0.2:\(ports.1)"),
            answering: { _ in .reply([6]) }, isListed: false)
        let reopened = asker.metrics.linksReopened
        resolver.set(.success(["127.0.0.2", "127.0.0.3"]))
        try await eventually("the wrong service was found out") { asker.metrics.linksReopened > reopened }
        for _ in 0..<10 { #expect(try await asker.request(.example(), to: .orders) == [3]) }
        #expect(wrong.metrics.requestsReceived == 0)
        try await world.cut(.router, replica: 1)
        _ = try await orders(world, "127.0.0.2", ports: ("\(ports.0)", "\(ports.1)"), answer: 2)
        try await eventually("both are ready again") { asker.metrics.endpointsReady == 2 }

        run.cancel()
        do { try await run.value } catch is CancellationError {}
        try await world.end()
    }

    @Test func `asks the system for names, and hears that there is none`() async throws {
        let resolver = SystemHostResolver()
        #expect(try await resolver.addresses(of: "127.0.0.1") == ["127.0.0.1"])
        let local = try await resolver.addresses(of: "localhost")
        #expect(!local.isEmpty && local.allSatisfy { $0 == "127.0.0.1" || $0 == "::1" })
    }

    private func orders(_ world: ZeroMQWorld, _ address: String, ports: (String, String), answer: UInt8) async throws -> ZeroMQBus {
        try await world.bus(
            ZeroMQBusConfiguration(
                service: .orders, replica: Int(answer), eventsEndpoint: "tcp://\(address):\(ports.0)",
                requestsEndpoint: "tcp://\(address):\(ports.1)"),
            answering: { _ in .reply([answer]) }, isListed: false)
    }

    private func port(_ address: String?) -> UInt16? { address?.split(separator: ":").last.flatMap { UInt16($0) } }
}

/// A name server that says what tests want.
private final class ListedAddresses: HostResolver {
    private let state: Mutex<(answer: Result<[String], HostResolutionError>, count: Int)>

    init(_ addresses: [String]) {
        state = Mutex((.success(addresses), 0))
    }

    var count: Int { state.withLock { $0.count } }
    func set(_ answer: Result<[String], HostResolutionError>) { state.withLock { $0.answer = answer } }

    func addresses(of host: String) async throws(HostResolutionError) -> [String] {
        let answer = state.withLock { state in
            state.count += 1
            return state.answer
        }
        return try answer.get()
    }
}

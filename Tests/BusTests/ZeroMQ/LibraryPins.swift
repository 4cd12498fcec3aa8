import Bus
import CZeroMQ
import Contracts
import Foundation
import Testing

/// What libzmq does and our design rests on. One that fails after an update of the library says which rule can go.
@Suite(.timeLimit(.minutes(5))) struct `libzmq` {
    @Test func `is of the line that was probed`() {
        var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
        zmq_version(&major, &minor, &patch)
        #expect(major == 4 && minor == 3 && patch >= 4)
    }

    @Test func `takes nothing for a peer that is not connected, with IMMEDIATE`() {
        let dealer = RawSocket(ZMQ_DEALER)
        dealer.set(ZMQ_IMMEDIATE, 1)
        dealer.connect("tcp://127.0.0.1:1")
        #expect(dealer.send([1]) == EAGAIN)
        let queueing = RawSocket(ZMQ_DEALER)
        queueing.connect("tcp://127.0.0.1:1")
        #expect(queueing.send([1]) == 0, "without it, it would queue for nobody")
    }

    @Test func `says that a peer is unknown only with ROUTER_MANDATORY`() {
        let router = RawSocket(ZMQ_ROUTER)
        #expect(router.send([9], [1]) == 0, "dropped in silence")
        router.set(ZMQ_ROUTER_MANDATORY, 1)
        #expect(router.send([9], [1]) == EHOSTUNREACH)
    }

    @Test func `drops in silence where a PUB has no room`() {
        let publisher = RawSocket(ZMQ_PUB)
        publisher.set(ZMQ_SNDHWM, 1)
        #expect(publisher.bind() != nil)
        for _ in 0..<10_000 { #expect(publisher.send([1]) == 0) }
    }

    /// messaging.md §1.6, libzmq#4196.
    @Test func `never again connects a socket that met one of a wrong type, unless it is disconnected first`() async throws {
        let wrong = RawSocket(ZMQ_PULL)
        let address = try #require(wrong.bind())
        let subscriber = RawSocket(ZMQ_SUB)
        subscriber.set(ZMQ_SUBSCRIBE, [])
        subscriber.set(ZMQ_RECONNECT_IVL, 10)
        subscriber.connect(address)
        // Time enough to have met.
        try await Task.sleep(for: .milliseconds(200))
        wrong.close()
        let right = RawSocket(ZMQ_PUB)
        try await eventually("the address is free") { right.bind(address) != nil }
        #expect(subscriber.connect(address) == 0, "it says yes and does nothing")
        var heard = 0
        for _ in 0..<50 {
            right.send([1])
            try await Task.sleep(for: .milliseconds(10))
            if subscriber.receive() != nil { heard += 1 }
        }
        #expect(heard == 0)
        #expect(subscriber.disconnect(address) == 0)
        subscriber.connect(address)
        try await eventually("it is healed") {
            right.send([1])
            return subscriber.receive() != nil
        }
    }

    /// messaging.md §1.11.
    @Test func `lets any key in where CURVE has no doorkeeper`() async throws {
        let own = try CurveKeyPair.generate()
        let server = RawSocket(ZMQ_ROUTER)
        server.set(ZMQ_CURVE_SERVER, 1)
        server.set(ZMQ_CURVE_SECRETKEY, own.secretKey.bytes)
        let address = try #require(server.bind())
        let stranger = RawSocket(ZMQ_DEALER)
        stranger.beCurveClient(try CurveKeyPair.generate(), of: own.publicKey)
        stranger.connect(address)
        #expect(stranger.send([1]) == 0)
        try await eventually("the stranger is heard") { server.receive() != nil }
        #expect(throws: ZeroMQError.self, "and that is what our own test at the start finds out") {
            try CurveSelfTest.run(ZMQ_DEALER, at: address, serverKey: own.publicKey, in: server.context) {}
        }
    }

    /// messaging.md §1.5.
    @Test func `never again hears a publisher that sent a message above MAXMSGSIZE`() async throws {
        let publisher = RawSocket(ZMQ_PUB)
        let address = try #require(publisher.bind())
        let subscriber = RawSocket(ZMQ_SUB)
        subscriber.set(ZMQ_SUBSCRIBE, [])
        subscriber.setMaxMessageSize(100)
        subscriber.set(ZMQ_RECONNECT_IVL, 10)
        subscriber.connect(address)
        try await eventually("it hears") {
            publisher.send([1])
            return subscriber.receive() != nil
        }
        publisher.send([UInt8](repeating: 0, count: 101))
        try await Task.sleep(for: .milliseconds(200))
        while subscriber.receive() != nil {}
        var heard = 0
        for _ in 0..<50 {
            publisher.send([1])
            try await Task.sleep(for: .milliseconds(10))
            if subscriber.receive() != nil { heard += 1 }
        }
        #expect(heard == 0)
    }
}

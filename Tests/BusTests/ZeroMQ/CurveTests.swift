import Bus
import CZeroMQ
import Contracts
import Foundation
import Testing

@Suite(.timeLimit(.minutes(2))) struct `A bus with CURVE` {
    func withWorld(_ keys: KeyRing, _ body: (ZeroMQWorld) async throws -> Void) async throws {
        let world = ZeroMQWorld(keys: keys)
        do {
            try await body(world)
        } catch {
            try await world.end()
            throw error
        }
        try await world.end()
    }

    static func quick(_ service: ServiceName, _ curve: CurveSecurity? = nil) -> ZeroMQBusConfiguration {
        var configuration = `The bus over ZeroMQ`.quick(ZeroMQBusConfiguration(service: service))
        configuration.curve = curve
        return configuration
    }

    @Test func `refuses a key that nobody knows, and one without any, where it answers and where it speaks`() async throws {
        let keys = try KeyRing()
        try await withWorld(keys) { world in
            let bus = try await world.bus(.orders) { .reply($0.payload) }
            let bound = try #require(try await (bus as? ZeroMQBus)?.bound())
            let (events, requests) = (try #require(bound.events), try #require(bound.requests))
            let server = try keys.pair(of: .orders).publicKey
            func pair(_ own: CurveKeyPair?) -> (asker: RawSocket, listener: RawSocket) {
                let (asker, listener) = (RawSocket(ZMQ_DEALER), RawSocket(ZMQ_SUB))
                for socket in [asker, listener] { if let own { socket.beCurveClient(own, of: server) } }
                asker.set(ZMQ_IMMEDIATE, 1)
                listener.set(ZMQ_SUBSCRIBE, [])
                asker.connect(requests)
                listener.connect(events)
                return (asker, listener)
            }
            let strangers = [pair(try .generate()), pair(nil)]
            let known = pair(try keys.pair(of: .chat))
            try await eventually("the known one is answered") {
                for stranger in strangers { stranger.asker.send([1]) }
                known.asker.send([1])
                return bus.metrics.malformedFrames >= 3
            }
            try await eventually("the known one hears") { known.listener.receive() != nil }
            for stranger in strangers {
                #expect(stranger.asker.send([1]) == EAGAIN, "it is not connected")
                #expect(stranger.listener.receive() == nil)
            }
        }
    }

    @Test func `does not trust a service that holds another one's key`() async throws {
        let keys = try KeyRing()
        try await withWorld(keys) { world in
            // The router's own key at an address where orders is expected, then the name as well.
            let security = CurveSecurity(own: try keys.pair(of: .router), publicKeys: try keys.publicKeys())
            var configuration = ZeroMQBusConfiguration(service: .orders, requestsEndpoint: "tcp://127.0.0.1:*")
            configuration.curve = security
            let imposter = try await world.bus(configuration, answering: { _ in .reply([6]) })
            configuration.curve = nil
            configuration.replica = 2
            _ = try await world.bus(configuration, answering: { _ in .reply([7]) })
            let asker = try await world.bus(Self.quick(.chat))
            try await eventually("the imposter was tried again") { asker.metrics.linksReopened > 0 }
            #expect(try await asker.request(.example(), to: .orders) == [7])
            #expect(asker.metrics.endpointsReady == 1)
            #expect(imposter.metrics.requestsReceived == 0)
        }
    }

    @Test func `heals when a plain peer was at an address first`() async throws {
        try await withWorld(try KeyRing()) { world in
            let plain = RawSocket(ZMQ_ROUTER)
            let address = try #require(plain.bind())
            world.directory.add(Endpoint(service: .orders, replica: 1, events: nil, requests: address))
            let asker = try await world.bus(Self.quick(.chat))
            try await eventually("silence was noticed") { asker.metrics.linksReopened > 0 }
            plain.close()
            _ = try await world.bus(
                ZeroMQBusConfiguration(service: .orders, requestsEndpoint: address), answering: { .reply($0.payload) }, isListed: false)
            #expect(try await asker.request(.example(payload: [4]), to: .orders) == [4])
        }
    }

    @Test func `changes keys without stopping, and a key that is taken from the list is not let in again`() async throws {
        let keys = try KeyRing()
        let fresh = try CurveKeyPair.generate()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) } }
        let file = folder.appendingPathComponent("public-keys.json")
        func list(_ orders: [CurveKeyPair]) throws -> CurvePublicKeys {
            var listed = keys.pairs.mapValues { [$0.publicKey] }
            listed[.orders] = orders.map(\.publicKey)
            let text = try JSON.encode(Dictionary(uniqueKeysWithValues: listed.map { ($0.key.rawValue, $0.value.map(\.text)) }))
            try Data(text).write(to: file, options: .atomic)
            return try CurvePublicKeys(listed)
        }
        let before = try list([try keys.pair(of: .orders)])
        try await withWorld(keys) { world in
            let asker = try await world.bus(
                Self.quick(.chat, CurveSecurity(own: try keys.pair(of: .chat), publicKeys: before, publicKeysFile: file.path)))
            let endpoint = ZeroMQBusConfiguration(service: .orders, requestsEndpoint: "tcp://127.0.0.1:*")
            let old = try await world.bus(endpoint, answering: { _ in .reply([1]) })
            #expect(try await asker.request(.example(), to: .orders) == [1])
            let after = try list([try keys.pair(of: .orders), fresh])
            // The next replica has the new secret; both are used.
            var renewed = endpoint
            renewed.replica = 2
            renewed.curve = CurveSecurity(own: fresh, publicKeys: after)
            _ = try await world.bus(renewed, answering: { _ in .reply([2]) })
            try await eventually("both are ready") { asker.metrics.endpointsReady == 2 }
            _ = try list([fresh])
            try await eventually("the old key is left") { asker.metrics.endpointsReady == 1 }
            #expect(try await asker.request(.example(), to: .orders) == [2])
            #expect(old.metrics.requestsReceived == 1)
        }
    }
}

extension `A bus with CURVE` {
    @Test func `closes the connections of a key that is taken from its list, and keeps those of the others`() async throws {
        let keys = try KeyRing()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) } }
        let file = folder.appendingPathComponent("public-keys.json")
        func list(without leaked: ServiceName? = nil) throws {
            var listed = keys.pairs
            if let leaked { listed[leaked] = nil }
            let text = try JSON.encode(Dictionary(uniqueKeysWithValues: listed.map { ($0.key.rawValue, [$0.value.publicKey.text]) }))
            try Data(text).write(to: file, options: .atomic)
        }
        try list()
        try await withWorld(keys) { world in
            var configuration = ZeroMQBusConfiguration(
                service: .orders, eventsEndpoint: "tcp://127.0.0.1:*", requestsEndpoint: "tcp://127.0.0.1:*")
            configuration.curve = CurveSecurity(
                own: try keys.pair(of: .orders), publicKeys: try keys.publicKeys(), publicKeysFile: file.path)
            let bus = try await world.bus(configuration, answering: { .reply($0.payload) })
            let bound = try await bus.bound()
            let (events, requests) = (try #require(bound.events), try #require(bound.requests))
            let server = try keys.pair(of: .orders).publicKey
            let (thief, listener) = (RawSocket(ZMQ_DEALER), RawSocket(ZMQ_SUB))
            for socket in [thief, listener] { socket.beCurveClient(try keys.pair(of: .router), of: server) }
            thief.set(ZMQ_IMMEDIATE, 1)
            listener.set(ZMQ_SUBSCRIBE, [])
            thief.connect(requests)
            listener.connect(events)
            try await eventually("the key is still good") { thief.send([1]) == 0 && listener.receive() != nil }
            let asker = try await world.bus(Self.quick(.chat))
            #expect(try await asker.request(.example(payload: [4]), to: .orders) == [4])

            try list(without: .router)
            try await eventually("the connection is gone and is not made again") { thief.send([1]) == EAGAIN }
            // What it had been sent before may still lie in its buffer.
            while listener.receive() != nil {}
            #expect(try await asker.request(.example(payload: [5]), to: .orders) == [5], "whose key is valid comes again by itself")
            let malformed = bus.metrics.malformedFrames
            for _ in 0..<20 {
                #expect(try await asker.request(.example(payload: [6]), to: .orders) == [6])
                thief.send([1])
            }
            #expect(bus.metrics.malformedFrames == malformed, "what the thief says is not heard")
            #expect(listener.receive() == nil, "and it hears nothing")
        }
    }
}

@Suite struct `Public keys` {
    @Test func `tell whose they are`() throws {
        let (first, second, other) = (try CurveKeyPair.generate(), try CurveKeyPair.generate(), try CurveKeyPair.generate())
        let text = """
            {"chat": ["\(first.publicKey.text)", "\(second.publicKey.text)"], "router": []}
            """
        let keys = try CurvePublicKeys(Data(text.utf8))
        #expect(keys.service(of: first.publicKey) == .chat)
        #expect(keys.service(of: second.publicKey) == .chat)
        #expect(keys.service(of: other.publicKey) == nil)
        #expect(try CurveKeyPair(secretKey: first.secretKey).publicKey == first.publicKey)
        #expect(!String(reflecting: first).contains(first.secretKey.text) && !"\(first)".contains(first.secretKey.text))
    }

    @Test(arguments: ["", "[]", "{\"chat\": \"x\"}", "{\"chat\": [\"short\"]}", "{\"chat\": [5]}"])
    func `that are malformed are refused`(text: String) {
        #expect(throws: CurveTrouble.self) { try CurvePublicKeys(Data(text.utf8)) }
    }

    @Test func `are one service's only, and few`() throws {
        let key = try CurveKeyPair.generate().publicKey
        #expect(throws: CurveTrouble.self) { try CurvePublicKeys([.chat: [key], .router: [key]]) }
        #expect(throws: CurveTrouble.self) { try CurvePublicKeys([.chat: [key, key]]) }
        let many = try (0...CurvePublicKeys.keysPerServiceMax).map { _ in try CurveKeyPair.generate().publicKey }
        #expect(throws: CurveTrouble.self) { try CurvePublicKeys([.chat: many]) }
        #expect(try CurvePublicKeys([.chat: many.dropLast()]).keys[.chat]?.count == CurvePublicKeys.keysPerServiceMax)
    }

    @Test func `have exactly one text`() throws {
        let key = try CurveKeyPair.generate().publicKey
        #expect(CurveKey(key.text) == key)
        #expect(CurveKey(key.text.dropLast() + " ") == nil)
        #expect(CurveKey(String(repeating: "~", count: CurveKey.textLength)) == nil)
        #expect(CurveKey(key.text + "0") == nil)
    }
}

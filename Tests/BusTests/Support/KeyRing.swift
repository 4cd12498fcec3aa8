import Bus
import CZeroMQ
import Contracts

/// Key pairs of the services that tests have, all of them listed.
struct KeyRing: Sendable {
    static let services: [ServiceName] = [.orders, ServiceName(rawValue: "order"), .chat, .router, .accounts, .gateway]

    let pairs: [ServiceName: CurveKeyPair]

    init() throws {
        var pairs: [ServiceName: CurveKeyPair] = [:]
        for service in Self.services { pairs[service] = try .generate() }
        self.pairs = pairs
    }

    func pair(of service: ServiceName) throws -> CurveKeyPair {
        guard let pair = pairs[service] else { throw NeverHappened() }
        return pair
    }

    func publicKeys() throws -> CurvePublicKeys {
        try CurvePublicKeys(pairs.mapValues { [$0.publicKey] })
    }

    func security(of service: ServiceName) throws -> CurveSecurity {
        CurveSecurity(own: try pair(of: service), publicKeys: try publicKeys())
    }
}

extension RawSocket {
    func beCurveClient(_ own: CurveKeyPair, of server: CurveKey) {
        set(ZMQ_CURVE_SERVERKEY, server.bytes)
        set(ZMQ_CURVE_PUBLICKEY, own.publicKey.bytes)
        set(ZMQ_CURVE_SECRETKEY, own.secretKey.bytes)
    }
}

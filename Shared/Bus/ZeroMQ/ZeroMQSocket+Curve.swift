import CZeroMQ

extension ZeroMQSocket {
    /// Takes only keys that the doorkeeper knows. Before `bind`.
    func beCurveServer(_ own: CurveKeyPair) throws(ZeroMQError) {
        try require(ZMQ_CURVE_SERVER, 1)
        try require(ZMQ_CURVE_SECRETKEY, own.secretKey.bytes)
        try require(ZMQ_ZAP_DOMAIN, CurveDoorkeeper.domain)
        try require(CurveDoorkeeper.enforceDomain, 1)
    }

    /// Speaks only to who holds the secret half of `server`. Before `connect`.
    func beCurveClient(_ own: CurveKeyPair, of server: CurveKey) throws(ZeroMQError) {
        try require(ZMQ_CURVE_SERVERKEY, server.bytes)
        try require(ZMQ_CURVE_PUBLICKEY, own.publicKey.bytes)
        try require(ZMQ_CURVE_SECRETKEY, own.secretKey.bytes)
    }

    private func require(_ option: Int32, _ value: Int32) throws(ZeroMQError) {
        var value = value
        guard zmq_setsockopt(pointer, option, &value, MemoryLayout<Int32>.size) == 0 else { throw Self.error("option \(option)") }
    }

    private func require(_ option: Int32, _ bytes: [UInt8]) throws(ZeroMQError) {
        guard zmq_setsockopt(pointer, option, bytes, bytes.count) == 0 else { throw Self.error("option \(option)") }
    }
}

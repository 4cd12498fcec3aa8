import CZeroMQ

/// Who a process is to the others: the public half is listed by all, the secret half is the process's own. Never printed.
package struct CurveKeyPair: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    package let publicKey: CurveKey
    package let secretKey: CurveKey

    /// - Throws: ``ZeroMQError`` if libzmq was built without CURVE.
    package init(secretKey: CurveKey) throws(ZeroMQError) {
        var characters = [CChar](repeating: 0, count: CurveKey.textLength + 1)
        guard zmq_curve_public(&characters, secretKey.text) == 0 else { throw ZeroMQSocket.error("public key") }
        publicKey = try Self.key(characters)
        self.secretKey = secretKey
    }

    private init(publicKey: CurveKey, secretKey: CurveKey) {
        self.publicKey = publicKey
        self.secretKey = secretKey
    }

    package static func generate() throws(ZeroMQError) -> CurveKeyPair {
        var publicText = [CChar](repeating: 0, count: CurveKey.textLength + 1)
        var secretText = publicText
        guard zmq_curve_keypair(&publicText, &secretText) == 0 else { throw ZeroMQSocket.error("key pair") }
        return CurveKeyPair(publicKey: try key(publicText), secretKey: try key(secretText))
    }

    package var description: String { "key pair of \(publicKey.text)" }
    package var debugDescription: String { description }

    private static func key(_ characters: [CChar]) throws(ZeroMQError) -> CurveKey {
        guard let key = CurveKey(String(decoding: characters.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)) else {
            throw ZeroMQError(operation: "key pair", code: 0, reason: "libzmq made a key that is none")
        }
        return key
    }
}

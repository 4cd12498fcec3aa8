import CZeroMQ

/// One Curve25519 key, public or secret.
package struct CurveKey: Sendable, Hashable {
    static let byteCount = 32
    /// Characters of its text.
    package static let textLength = 40

    /// Z85, as RFC 32 of ZeroMQ has it.
    package let text: String
    package let bytes: [UInt8]

    /// - Returns: nil if `text` is not the Z85 of 32 bytes.
    package init?(_ text: String) {
        guard text.utf8.count == Self.textLength, text.utf8.allSatisfy({ (33...126).contains($0) }) else { return nil }
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        guard zmq_z85_decode(&bytes, text) != nil else { return nil }
        self.init(bytes: bytes)
        // What the decoder lets through although no encoder makes it.
        guard self.text == text else { return nil }
    }

    /// - Returns: nil unless there are 32.
    init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        var characters = [CChar](repeating: 0, count: Self.textLength + 1)
        guard zmq_z85_encode(&characters, bytes, bytes.count) != nil else { return nil }
        self.bytes = bytes
        text = String(decoding: characters.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

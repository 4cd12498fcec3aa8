import Synchronization

/// What a short program printed, as far as a message needs it.
final class CollectedOutput: Sendable {
    /// Bytes. A message longer than this is not read.
    static let sizeMax = 16 * 1024
    private let bytes = Mutex<[UInt8]>([])

    func append(_ more: UnsafeRawBufferPointer) {
        bytes.withLock { $0.append(contentsOf: more.prefix(Self.sizeMax - $0.count)) }
    }

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}

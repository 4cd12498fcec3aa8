import Contracts
import Crypto
import Foundation

/// The partition in which everything about `key` keeps its order: the first 8 bytes (big endian) of SHA-256 of the key's
/// 16 bytes, modulo ``Partitioning/partitionCount``.
///
/// `Hasher` would not do: it is seeded per process, and every replica and every later build must agree.
package func partition(of key: UUID) -> Int {
    var hash = SHA256()
    withUnsafeBytes(of: key.uuid) { hash.update(bufferPointer: $0) }
    let number = hash.finalize().withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) }
    return Int(number % UInt64(Partitioning.partitionCount))
}

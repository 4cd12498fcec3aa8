import Contracts
import Crypto
import Foundation

/// The links of a conversation's integrity chain. Contracts §8.
package enum ContentHash {
    /// sha256(id ‖ author ‖ text): the message's 16 bytes, the author's kind, a zero byte, the author's 16 bytes if there are
    /// any, the text in UTF-8.
    package static func message(_ id: MessageID, author: Author, text: String) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: id.uuid.bytes)
        hash.update(data: Array(author.kind.rawValue.utf8) + [0])
        if let id = author.id { hash.update(data: id.uuid.bytes) }
        hash.update(data: Array(text.utf8))
        return Array(hash.finalize())
    }

    /// Of an entry that is no message: its payload's bytes.
    package static func entry(_ payload: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: payload)) }

    /// sha256(digest ‖ sequence ‖ content_hash), the sequence as 8 bytes, big endian. The first digest is empty.
    package static func link(_ digest: [UInt8], sequence: Int64, contentHash: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: digest)
        withUnsafeBytes(of: sequence.bigEndian) { hash.update(bufferPointer: $0) }
        hash.update(data: contentHash)
        return Array(hash.finalize())
    }
}

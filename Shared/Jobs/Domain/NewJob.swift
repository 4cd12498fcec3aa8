import Contracts
import Foundation

/// A side effect that is decided and still to be done.
package struct NewJob: Sendable {
    /// Bytes of a key.
    package static let keyBytesMax = 200
    /// Bytes of a deduplication id.
    package static let deduplicationIDBytesMax = 200
    /// Bytes of a payload: as much as an order on the bus carries. What is larger is stored elsewhere and named by its id.
    package static let payloadBytesMax = 256 * 1024

    package let id: JobID
    package let kind: String
    package let key: String
    package let deduplicationID: String
    package let payload: [UInt8]
    package let notBefore: Date?

    /// - Parameters:
    ///   - kind: a ``JobKind``'s name.
    ///   - key: what it stands in line for: jobs of one key run one after the other, in the order in which they were made. Made of ids, since
    ///     administrators see it.
    ///   - deduplicationID: names the effect within its kind: a second job with the same one is not made. nil: the id.
    ///   - payload: what the effect needs; ids rather than words.
    ///   - notBefore: nil: at once.
    package init(
        id: JobID = .new(), kind: String, key: String, deduplicationID: String? = nil, payload: [UInt8] = [], notBefore: Date? = nil
    ) {
        self.id = id
        self.kind = kind
        self.key = key
        self.deduplicationID = deduplicationID ?? id.description
        self.payload = payload
        self.notBefore = notBefore
    }
}

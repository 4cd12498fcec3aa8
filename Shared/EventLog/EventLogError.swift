import Contracts

/// Why the log refuses. All are mistakes of our own code, except the size, which a caller can exceed.
package enum EventLogError: Error, Sendable, Equatable {
    /// An event's partition was not locked before: without its lock there is no number to take.
    case partitionNotLocked(Int)
    case payloadTooLarge(subject: Subject, bytes: Int, limit: Int)
    /// The log's tables are missing or incomplete in this schema.
    case noHeads(StreamName)
}

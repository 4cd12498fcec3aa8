import Contracts

/// Why the log refuses. All are mistakes of our own code.
package enum EventLogError: Error, Sendable, Equatable {
    /// An event's partition was not locked before: without its lock there is no number to take.
    case partitionNotLocked(Int)
    /// The log's tables are missing or incomplete in this schema.
    case noHeads(StreamName)
}

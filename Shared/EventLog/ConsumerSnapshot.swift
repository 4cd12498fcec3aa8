import Bus
import Contracts

/// What a consumer did since it started, and where it stands; for metrics.
package struct ConsumerSnapshot: Sendable {
    package struct Partition: Sendable {
        package let partition: Int
        /// nil until the cursor was read.
        package let position: LogPosition?
        /// Events known and not applied yet.
        package let lag: Int64
        package let counters: ConsumerCore.Counters
        /// Why it stands still, if it does: somebody must decide.
        package let stall: ConsumerCore.Stall?
    }

    package let stream: StreamName
    package let partitions: [Partition]
    /// Events this process put aside because they could not be applied, or followed one of their key that could not.
    package let parked: Int
    /// Transactions that found the partition in another replica's hands, or already done by it.
    package let yielded: Int
    /// Attempts that failed, for whatever reason.
    package let failed: Int

    package var applied: Int { partitions.reduce(0) { $0 + $1.counters.applied } }
    package var fetches: Int { partitions.reduce(0) { $0 + $1.counters.fetches } }
    package var lag: Int64 { partitions.reduce(0) { $0 + $1.lag } }
}

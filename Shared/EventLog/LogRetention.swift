import Foundation

/// How long a service keeps what it said, and the answers to requests.
package struct LogRetention: Sendable {
    /// Events stay at least this long, and until every registered consumer has acknowledged them. A log that nobody ever
    /// acknowledged is not trimmed at all.
    package var keepAtLeast = Duration.seconds(7 * 86_400)
    /// Answers to requests stay this long. Source: contracts.md, section 4.
    package var keepRequests = Duration.seconds(7 * 86_400)
    /// How often it is looked after.
    package var period = Duration.seconds(60)
    /// Rows deleted per statement; short transactions keep vacuum and the hot path going.
    package var batchMax = 1000
    /// Statements per partition and turn: at most a million rows each minute over 16 partitions.
    package var roundsMax = 64

    package init() {}
}

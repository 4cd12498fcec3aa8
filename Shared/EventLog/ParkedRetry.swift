import Bus
import Contracts
import Foundation
import Storage

/// Applies a key's parked events, in order, once an operator asked for it; in the place where new events of that partition
/// are applied too, so that neither overtakes the other.
struct ParkedRetry {
    /// Events of one key per transaction; what remains is applied by the next one.
    static let eventsMax = 100

    enum Outcome: Sendable, Equatable {
        case nothing
        /// A sibling works on the partition.
        case inOtherHands
        case applied(Int)
    }

    let consumer: EventConsumer

    /// Partitions and keys that wait for a retry.
    func wanted(in transaction: Transaction) throws -> [(part: Int, key: UUID)] {
        try transaction.query(
            "SELECT DISTINCT part, key FROM \(consumer.schema).parked WHERE stream = \(consumer.stream) AND retry LIMIT \(Self.eventsMax)"
        ).map { (try $0["part"], try $0["key"]) }
    }

    /// The cursor's row is held meanwhile: no replica applies newer events of the key.
    func run(part: Int, key: UUID, in transaction: Transaction) throws -> Outcome {
        let results = try transaction.pipeline([
            "SELECT FROM \(consumer.schema).cursor WHERE stream = \(consumer.stream) AND part = \(part) FOR UPDATE SKIP LOCKED",
            """
            SELECT part, seq, epoch, \(EventFrame.columns) FROM \(consumer.schema).parked
             WHERE stream = \(consumer.stream) AND part = \(part) AND key = \(key) ORDER BY seq LIMIT \(Self.eventsMax)
            """,
        ])
        guard !results[0].isEmpty else { return .inOtherHands }
        let events = try results[1].map { try EventFrame($0, stream: consumer.stream) }
        guard let last = events.last else { return .nothing }
        try consumer.apply(events, transaction)
        try transaction.query(
            """
            DELETE FROM \(consumer.schema).parked
             WHERE stream = \(consumer.stream) AND part = \(part) AND key = \(key) AND seq <= \(last.header.partitionSequence)
            """)
        return .applied(events.count)
    }

    /// It failed again: it stays parked, with the new reason, until it is asked for again.
    func giveUp(part: Int, key: UUID, reason: String) -> SQL {
        """
        UPDATE \(consumer.schema).parked SET retry = false, reason = \(reason)
         WHERE stream = \(consumer.stream) AND part = \(part) AND key = \(key)
        """
    }
}

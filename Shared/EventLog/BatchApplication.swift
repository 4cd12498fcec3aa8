import Bus
import Contracts
import Foundation
import Storage

/// One transaction of a consumer: move the cursor, apply what is behind it, put aside what belongs to parked keys.
struct BatchApplication {
    enum Outcome: Sendable {
        case applied(LogPosition, parked: Int)
        /// The cursor stands somewhere this batch does not continue.
        case cursorElsewhere(LogPosition)
        /// A sibling holds the cursor, or has just done this batch.
        case inOtherHands
    }

    let consumer: EventConsumer
    let events: [EventFrame]
    let step: PoisonPolicy.Step
    /// Where the cursor may stand at least, if events without effect were passed over just before these.
    let passedFrom: Int64?

    func run(in transaction: Transaction) throws -> Outcome {
        let results = try transaction.pipeline([moveCursor, parkedKeys])
        guard let row = results[0].first else { return .inOtherHands }
        let found = LogPosition(epoch: try row["epoch"], sequence: try row["seq"])
        guard try row["has_moved"], let fresh = ConsumerCore.remainder(of: events, after: beyondPassed(found)), let last = events.last
        else {
            return found.sequence >= events[events.count - 1].header.partitionSequence ? .inOtherHands : .cursorElsewhere(found)
        }
        let position = LogPosition(through: last)
        if case .parkFirstEvent(let reason) = step {
            try transaction.query(park(Array(fresh), reason: reason))
            return .applied(position, parked: fresh.count)
        }
        let parkedKeys = Set(try results[1].map { try $0["key"] as UUID })
        let kept = fresh.filter { !parkedKeys.contains($0.header.key) }
        let parked = fresh.filter { parkedKeys.contains($0.header.key) }
        if !parked.isEmpty { try transaction.query(park(parked, reason: "an earlier event of its key is parked")) }
        if !kept.isEmpty { try consumer.apply(kept, transaction) }
        return .applied(position, parked: parked.count)
    }

    /// What lies between the cursor and these events has no effect.
    private func beyondPassed(_ found: LogPosition) -> LogPosition {
        let first = events[0].header
        guard found.sequence < first.partitionSequence - 1 else { return found }
        return LogPosition(epoch: first.epoch, sequence: first.partitionSequence - 1)
    }

    /// Takes the cursor's row unless a sibling has it, and moves it to the end of the batch if the batch continues it; a batch
    /// that begins before the cursor and ends behind it does. Returns where it stood.
    private var moveCursor: SQL {
        let (first, last) = (events[0].header, events[events.count - 1].header)
        return """
            WITH held AS MATERIALIZED (
                SELECT stream, part, epoch, seq FROM \(consumer.schema).cursor
                 WHERE stream = \(consumer.stream) AND part = \(first.partition) FOR UPDATE SKIP LOCKED
            ), moved AS (
                UPDATE \(consumer.schema).cursor c
                   SET epoch = \(first.epoch), seq = \(last.partitionSequence), moved_at = clock_timestamp()
                  FROM held
                 WHERE c.stream = held.stream AND c.part = held.part
                   AND held.seq BETWEEN \(passedFrom ?? first.partitionSequence - 1) AND \(last.partitionSequence - 1)
                   AND (held.epoch = \(first.epoch) OR held.epoch IS NULL AND held.seq = 0)
                RETURNING c.part
            )
            SELECT held.epoch, held.seq, EXISTS (SELECT FROM moved) AS has_moved FROM held
            """
    }

    private var parkedKeys: SQL {
        """
        SELECT DISTINCT key FROM \(consumer.schema).parked
         WHERE stream = \(consumer.stream) AND key = ANY(\(Array(Set(events.map(\.header.key)))))
        """
    }

    private func park(_ frames: [EventFrame], reason: String) -> SQL {
        let headers = frames.map(\.header)
        return """
            INSERT INTO \(consumer.schema).parked (stream, reason, part, seq, epoch, \(EventFrame.columns))
            SELECT \(consumer.stream), \(reason), e.*
              FROM unnest(\(headers.map(\.partition)), \(headers.map(\.partitionSequence)), \(headers.map(\.epoch)),
                          \(headers.map(\.eventID)), \(headers.map(\.subject)), \(headers.map { Int($0.version) }),
                          \(headers.map { Int($0.audience.rawValue) }), \(headers.map(\.clientID)), \(headers.map(\.key)),
                          \(headers.map(\.keySequence)), \(headers.map(\.occurredAt)), \(headers.map(\.traceparent)),
                          \(frames.map(\.payload)), \(headers.map(\.contextText))) AS e
            """
    }
}

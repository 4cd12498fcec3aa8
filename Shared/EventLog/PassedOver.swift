import Bus
import Contracts
import Storage

/// Events that a consumer has no use for, passed without a transaction of their own: their cursor moves with the next event
/// that has an effect, or a moment later. Whoever reads the older cursor meanwhile passes them once more, which does nothing.
struct PassedOver: Sendable {
    /// Where the cursor stood, at least, when the passing began.
    let from: Int64
    private(set) var through: LogPosition
    private var isSaved = false

    init(_ events: [EventFrame], after earlier: PassedOver?) {
        from = earlier?.from ?? events[0].header.partitionSequence - 1
        through = LogPosition(through: events[events.count - 1])
    }

    /// Where the cursor is to be moved; nil once it is there.
    var unsaved: (from: Int64, through: LogPosition)? { isSaved ? nil : (from, through) }

    /// The cursor stands at `sequence`. Behind us it is still to be moved; beyond us, or before the passing began, others decide.
    mutating func found(at sequence: Int64, afterMovingTo moved: LogPosition) {
        if moved == through { isSaved = !(from..<through.sequence).contains(sequence) }
    }
}

extension EventConsumer {
    /// How long a cursor may stand behind events that had no effect.
    static let passedOverPeriod = Duration.milliseconds(250)

    /// All partitions' cursors in one statement; one that was moved further by a sibling stays where it is.
    func saveCursor(of passed: [(partition: Int, from: Int64, through: LogPosition)]) -> SQL {
        """
        UPDATE \(schema).cursor c
           SET epoch = n.epoch, seq = n.seq, moved_at = clock_timestamp()
          FROM (SELECT h.stream, h.part, u.epoch, u.seq, u.from_seq
                  FROM unnest(\(passed.map(\.partition)), \(passed.map(\.from)), \(passed.map(\.through.epoch)),
                              \(passed.map(\.through.sequence))) AS u(part, from_seq, epoch, seq)
                  JOIN \(schema).cursor h ON h.stream = \(stream) AND h.part = u.part
                   FOR UPDATE OF h SKIP LOCKED) AS n
         WHERE c.stream = n.stream AND c.part = n.part AND c.seq BETWEEN n.from_seq AND n.seq - 1
           AND (c.epoch = n.epoch OR c.epoch IS NULL AND c.seq = 0)
        """
    }
}

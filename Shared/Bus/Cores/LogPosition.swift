import Foundation

/// How far a consumer has come in one partition.
package struct LogPosition: Sendable, Hashable {
    /// The history this position belongs to. nil only before anything was seen: whichever the log has is adopted.
    package var epoch: UUID?
    /// The last sequence whose effect is done; 0 for none.
    package var sequence: Int64

    package static let start = LogPosition(epoch: nil, sequence: 0)

    package init(epoch: UUID?, sequence: Int64) {
        self.epoch = epoch
        self.sequence = sequence
    }

    /// Where one stands when this event's effect is done.
    package init(through event: EventFrame) {
        self.init(epoch: event.header.epoch, sequence: event.header.partitionSequence)
    }
}

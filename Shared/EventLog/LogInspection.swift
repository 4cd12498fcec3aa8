import Contracts
import Bus
import Foundation
import Storage

/// How far logs and their readers have come; for beacons, metrics and `switchboard verify`.
package enum LogInspection {
    package struct Heads: Sendable, Equatable {
        package let epoch: UUID
        /// Each partition's last sequence, indexed by partition.
        package let sequences: [Int64]
    }

    /// Of one snapshot.
    /// - Throws: ``EventLogError/noHeads(_:)``; ``DatabaseError``.
    package static func heads(of stream: StreamName, in database: Database) async throws -> Heads {
        let rows = try await database.query(
            .none, "SELECT epoch, last_seq FROM \(identifier: stream.schema).stream_head ORDER BY part")
        guard rows.count == Partitioning.partitionCount, let first = rows.first else { throw EventLogError.noHeads(stream) }
        return Heads(epoch: try first["epoch"], sequences: try rows.map { try $0["last_seq"] })
    }

    /// Where `consumer` stands in each partition of `stream`; fewer than all before it ran for the first time.
    package static func cursors(
        of consumer: ServiceName, in stream: StreamName, from database: Database
    ) async throws -> [Int: LogPosition] {
        let rows = try await database.query(
            .none, "SELECT part, epoch, seq FROM \(identifier: consumer.schema).cursor WHERE stream = \(stream)")
        return try Dictionary(
            uniqueKeysWithValues: rows.map { (try $0["part"] as Int, LogPosition(epoch: try $0["epoch"], sequence: try $0["seq"])) })
    }

    /// The streams that `consumer` follows.
    package static func streams(of consumer: ServiceName, from database: Database) async throws -> [StreamName] {
        try await database.query(
            .none, "SELECT DISTINCT stream FROM \(identifier: consumer.schema).cursor ORDER BY stream"
        ).map { try $0["stream"] }
    }

    /// Events that `consumer` could not apply.
    package static func parkedCount(of consumer: ServiceName, from database: Database) async throws -> Int {
        try await database.query(.none, "SELECT count(*) AS count FROM \(identifier: consumer.schema).parked")[0]["count"]
    }

    /// Asks `consumer` to apply a key's parked events again; it does so within seconds, in order, or says anew why it cannot.
    /// - Returns: how many events that are.
    @discardableResult
    package static func retryParked(of consumer: ServiceName, in stream: StreamName, key: UUID, from database: Database) async throws -> Int
    {
        try await database.query(
            .none, "UPDATE \(identifier: consumer.schema).parked SET retry = true WHERE stream = \(stream) AND key = \(key)"
        ).affected
    }
}

import Contracts
import Storage

/// What a service says: each partition of its log is contiguous up to its head, and every payload still held can be read.
package struct LogCheck: IntegrityCheck {
    let service: ServiceName

    package init(service: ServiceName) { self.service = service }

    package var name: String { "\(service): the log is contiguous up to its heads" }

    package func run(_ database: Database) async throws -> IntegrityResult {
        let schema: SQL = "\(identifier: service.schema)"
        // Heads and rows in one statement, so in one snapshot: the suite may be writing meanwhile.
        let partitions = try await database.query(
            .none,
            """
            SELECT h.part AS part, h.last_seq AS head, count(o.seq) AS held, min(o.seq) AS first, max(o.seq) AS last
              FROM \(schema).stream_head h LEFT JOIN \(schema).outbox o ON o.part = h.part
             GROUP BY h.part, h.last_seq
             ORDER BY h.part
            """)
        var result = IntegrityResult(examined: partitions.count)
        if partitions.count != Partitioning.partitionCount {
            result.findings.append(
                IntegrityFinding(
                    place: "\(service).stream_head", detail: "has \(partitions.count) partitions instead of \(Partitioning.partitionCount)")
            )
        }
        for row in partitions {
            let (part, head, held): (Int, Int64, Int64) = (try row["part"], try row["head"], try row["held"])
            guard held > 0 else { continue }  // all trimmed, or nothing said
            let (first, last): (Int64, Int64) = (try row["first"], try row["last"])
            let place = "\(service).outbox part \(part)"
            if last != head { result.findings.append(IntegrityFinding(place: place, detail: "ends at \(last), the head says \(head)")) }
            if last - first + 1 != held {
                result.findings.append(IntegrityFinding(place: place, detail: "holds \(held) events from \(first) to \(last)"))
            }
        }
        return result
    }
}

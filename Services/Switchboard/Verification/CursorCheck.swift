import Contracts
import Storage

/// What a service heard: no cursor is ahead of the log it reads, of another history, or so far behind that the rest was trimmed.
package struct CursorCheck: IntegrityCheck {
    let consumer: ServiceName

    package init(consumer: ServiceName) { self.consumer = consumer }

    package var name: String { "\(consumer): cursors stand within the logs they read" }

    package func run(_ database: Database) async throws -> IntegrityResult {
        let cursors = try await database.query(
            .none, "SELECT stream, part, epoch, seq FROM \(identifier: consumer.schema).cursor ORDER BY stream, part")
        var result = IntegrityResult(examined: cursors.count)
        for stream in Set(try cursors.map { try $0["stream"] as String }).sorted() {
            guard let log = SuiteService.withSchema.first(where: { $0.name.rawValue == stream })?.name else {
                result.findings.append(IntegrityFinding(place: "\(consumer).cursor", detail: "reads \(stream), which is no service's log"))
                continue
            }
            // Cursors and heads in one snapshot; a cursor read before a head could not be ahead of it, but one read after could.
            let wrong = try await database.query(
                .none,
                """
                SELECT c.part AS part, c.seq AS seq, h.last_seq AS head, c.epoch = h.epoch AS same_history,
                       (SELECT min(o.seq) FROM \(identifier: log.schema).outbox o WHERE o.part = c.part) AS first
                  FROM \(identifier: consumer.schema).cursor c LEFT JOIN \(identifier: log.schema).stream_head h ON h.part = c.part
                 WHERE c.stream = \(stream)
                 ORDER BY c.part
                """)
            for row in wrong {
                let (part, seq): (Int, Int64) = (try row["part"], try row["seq"])
                let (head, first): (Int64?, Int64?) = (try row["head"], try row["first"])
                let sameHistory: Bool? = try row["same_history"]
                let place = "\(consumer).cursor \(stream) part \(part)"
                guard let head else {
                    result.findings.append(IntegrityFinding(place: place, detail: "the log has no such partition"))
                    continue
                }
                if seq > head {
                    result.findings.append(IntegrityFinding(place: place, detail: "stands at \(seq), the log ends at \(head)"))
                }
                if sameHistory == false {
                    result.findings.append(IntegrityFinding(place: place, detail: "belongs to another history of the log"))
                }
                if let first, seq + 1 < first {
                    result.findings.append(IntegrityFinding(place: place, detail: "stands at \(seq), the log begins at \(first)"))
                }
            }
        }
        return result
    }
}

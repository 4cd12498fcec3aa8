import Contracts
import Storage

/// Nothing waits for an operator: an event that could not be applied, and all later ones of its key.
package struct ParkedCheck: IntegrityCheck {
    let consumer: ServiceName

    package init(consumer: ServiceName) { self.consumer = consumer }

    package var name: String { "\(consumer): no event is parked" }

    package func run(_ database: Database) async throws -> IntegrityResult {
        let rows = try await database.query(
            .none, "SELECT stream, part, seq, subject, reason FROM \(identifier: consumer.schema).parked ORDER BY stream, part, seq")
        let findings = try rows.map { row in
            IntegrityFinding(
                place: "\(consumer).parked \(try row["stream"] as String) part \(try row["part"] as Int) seq \(try row["seq"] as Int64)",
                detail: "\(try row["subject"] as String): \(try row["reason"] as String)")
        }
        return IntegrityResult(examined: rows.count, findings: findings)
    }
}

import Contracts
import Storage

extension EventPublisher {
    func trimNowAndThen() async {
        while !Task.isCancelled {
            await pause(until: .now + retention.period)
            guard !Task.isCancelled else { return }
            do {
                let trimmed = try await trim()
                if trimmed > 0 { logger.debug("The log was trimmed", metadata: ["events": "\(trimmed)"]) }
            } catch {
                logger.warning("The log could not be trimmed", metadata: ["reason": "\(error)"])
            }
            do {
                try await forgetRequests()
            } catch {
                logger.warning("Old requests could not be forgotten", metadata: ["reason": "\(error)"])
            }
        }
    }

    /// Deletes what is old enough and acknowledged by every registered consumer, from the oldest on, without gaps.
    /// - Returns: how many events.
    /// - Throws: what happened last, after all partitions had their turn.
    @discardableResult
    package func trim() async throws -> Int {
        var trimmed = 0
        var trouble: (any Error)?
        for part in 0..<Partitioning.partitionCount {
            do {
                for _ in 0..<retention.roundsMax {
                    let count = try await trimBatch(part)
                    trimmed += count
                    if count < retention.batchMax { break }
                }
            } catch {
                trouble = error
            }
        }
        if let trouble { throw trouble }
        return trimmed
    }

    private func trimBatch(_ part: Int) async throws -> Int {
        let schema: SQL = "\(identifier: stream.schema)"
        let rows = try await database.query(
            .none,
            """
            WITH gate AS (
                -- One replica at a time; the others find nothing to do.
                SELECT min(seq) AS seq FROM \(schema).consumer_registry WHERE part = \(part)
                HAVING pg_try_advisory_xact_lock(hashtextextended(\("switchboard.trim." + stream.rawValue), \(part)))
            ), page AS (
                SELECT o.seq, o.occurred_at >= clock_timestamp() - make_interval(secs => \(retention.keepAtLeast.seconds)) AS is_young
                  FROM \(schema).outbox o, gate
                 WHERE o.part = \(part) AND o.seq <= gate.seq
                 ORDER BY o.seq
                 LIMIT \(retention.batchMax)
            )
            DELETE FROM \(schema).outbox o
             WHERE o.part = \(part)
               AND o.seq <= (SELECT max(seq) FROM page)
               AND o.seq < COALESCE((SELECT min(seq) FROM page WHERE is_young), 9223372036854775807)
            """)
        return rows.affected
    }

    private func forgetRequests() async throws {
        let schema: SQL = "\(identifier: stream.schema)"
        for _ in 0..<retention.roundsMax {
            let rows = try await database.query(
                .none,
                """
                DELETE FROM \(schema).request_log
                 WHERE request_key IN (SELECT request_key FROM \(schema).request_log
                                        WHERE created_at < clock_timestamp() - make_interval(secs => \(retention.keepRequests.seconds))
                                        LIMIT \(retention.batchMax))
                """)
            if rows.affected < retention.batchMax { return }
        }
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

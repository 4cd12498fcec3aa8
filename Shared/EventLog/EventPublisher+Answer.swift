import Bus
import Contracts
import Foundation
import Storage

extension EventPublisher {
    /// Fetches read at the same time. Beyond it the answer is "busy", so that a consumer that was away cannot starve requests.
    static let fetchesMax = 8
    /// What "busy" asks the other side to wait.
    static let busyPause = Duration.milliseconds(50)

    /// What other services ask of the log itself.
    package static let subjects: [Subject] = [FetchEvents.subject, AcknowledgePositions.subject]

    /// Answers what other services ask of the log itself. Any replica can.
    /// - Returns: nil if the request is about something else.
    package func answer(_ request: RequestEnvelope) async -> Answer? {
        switch request.subject {
        case FetchEvents.subject:
            do throws(MalformedFrame) {
                return await answerFetch(try FetchEvents(decoding: request.payload))
            } catch {
                return .failure(.malformed("\(FetchEvents.subject): \(error)"))
            }
        case AcknowledgePositions.subject:
            return await answerAcknowledgement(request.payload)
        default:
            return nil
        }
    }

    package func answerFetch(_ request: FetchEvents) async -> Answer {
        guard request.stream == stream else { return .failure(.malformed("the log of \(request.stream) is not kept here")) }
        let isFree = fetches.withLock { count in
            guard count < Self.fetchesMax else { return false }
            count += 1
            return true
        }
        guard isFree else { return .reply(FetchedEvents.busy(retryAfter: Self.busyPause).encoded()) }
        defer { fetches.withLock { $0 -= 1 } }
        do {
            return .reply(try await read(request).encoded(withContext: request.readsContext))
        } catch {
            logger.warning("A page of the log could not be read", metadata: ["reason": "\(error)"])
            return .failure(.unavailable(retryAfter: Self.busyPause))
        }
    }

    /// Head and events of one snapshot.
    private func read(_ request: FetchEvents) async throws -> FetchedEvents {
        let schema: SQL = "\(identifier: stream.schema)"
        let stream = stream
        let rows = try await database.query(
            .none,
            """
            SELECT h.part, h.epoch, h.last_seq, e.seq, \(EventFrame.columns)
              FROM \(schema).stream_head h
              LEFT JOIN LATERAL (
                    SELECT page.*
                      FROM (SELECT o.*, sum(octet_length(o.payload)) OVER (ORDER BY o.seq) AS bytes
                              FROM \(schema).outbox o
                             WHERE o.part = h.part AND o.seq > \(request.after)
                             ORDER BY o.seq
                             LIMIT \(request.maxEvents)) AS page
                     WHERE page.bytes <= \(request.maxBytes) OR page.seq = \(request.after + 1)
                     ORDER BY page.seq
                   ) AS e ON true
             WHERE h.part = \(request.partition)
            """)
        guard let first = rows.first else { throw EventLogError.noHeads(stream) }
        let (epoch, head): (UUID, Int64) = (try first["epoch"], try first["last_seq"])
        let oldest = try first["seq"] as Int64? ?? head + 1
        if let answer = request.answer(epoch: epoch, head: head, oldest: oldest) { return answer }
        var bytes = 0
        var events: [EventFrame] = []
        for row in rows {
            let event = try EventFrame(row, stream: stream)
            bytes += event.wireSize
            if bytes > request.maxBytes, !events.isEmpty { break }
            events.append(event)
        }
        return .events(events, epoch: epoch, head: head)
    }

    private func answerAcknowledgement(_ payload: [UInt8]) async -> Answer {
        let acknowledgement: AcknowledgePositions
        do {
            acknowledgement = try JSON.decode(AcknowledgePositions.self, from: payload)
        } catch {
            return .failure(.malformed("\(AcknowledgePositions.subject)"))
        }
        do {
            let schema: SQL = "\(identifier: stream.schema)"
            // Of another history nothing is believed. A position may also go back: a consumer that was restored needs more.
            _ = try await database.query(
                .none,
                """
                INSERT INTO \(schema).consumer_registry AS r (consumer, part, seq)
                SELECT \(acknowledgement.consumer), n.part, n.seq
                  FROM unnest(\(acknowledgement.positions.map(\.partition)), \(acknowledgement.positions.map(\.sequence)),
                              \(acknowledgement.positions.map(\.epoch))) AS n(part, seq, epoch)
                  JOIN \(schema).stream_head h ON h.part = n.part AND (n.epoch IS NULL OR n.epoch = h.epoch)
                    ON CONFLICT (consumer, part) DO UPDATE SET seq = EXCLUDED.seq, acknowledged_at = clock_timestamp()
                """)
            return .reply(Array("{}".utf8))
        } catch {
            return .failure(.unavailable(retryAfter: .seconds(2)))
        }
    }
}

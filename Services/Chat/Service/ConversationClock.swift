import Bus
import Contracts
import EventLog
import Foundation
import Logging
import ServiceKit
import Storage

/// Moves conversations whose time has come: absent visitors, snoozes, closing after a day. Durable: what is due stands in the
/// database, and a replica that dies is replaced by any other. Two replicas that see the same row do no harm, since the
/// command looks again at everything under the partition's lock. One that cannot be moved is set aside and keeps nobody else waiting.
package struct ConversationClock: Sendable {
    /// How often it looks. What is due may so be late by this much.
    static let period = Duration.seconds(5)
    /// Conversations in one look; more come in the next, at once.
    static let batchMax: Int64 = 200

    let database: Database
    let writer: ConversationWriter
    let setAside: SetAside

    package init(database: Database, publisher: EventPublisher, times: ConversationTimes, metrics: MetricsRegistry, logger: Logger) {
        self.init(
            database: database, writer: ConversationWriter(database: database, publisher: publisher, times: times), metrics: metrics,
            logger: logger)
    }

    init(database: Database, writer: ConversationWriter, metrics: MetricsRegistry, logger: Logger) {
        self.database = database
        self.writer = writer
        setAside = SetAside("conversations whose time has come", metrics: metrics, logger: logger)
    }

    /// - Returns: how many were due.
    @discardableResult
    package func look() async throws -> Int64 {
        let rows = try await database.query(.none, "SELECT client_id, id FROM chat.due_conversations(\(Int32(Self.batchMax)))")
        for row in rows {
            let (clientID, id): (TenantID, ConversationID) = (try row["client_id"], try row["id"])
            let whose: Logger.Metadata = ["client_id": "\(clientID)", "session_id": "\(id)"]
            let moved: Void? = try await setAside.attempt(whose) { try await move(id, of: clientID) }
            if moved == nil { _ = try await setAside.attempt(whose) { try await putOff(id, of: clientID) } }
        }
        return Int64(rows.count)
    }

    private func move(_ id: ConversationID, of clientID: TenantID) async throws {
        let command = ConversationCommand(clientID: clientID, conversationID: id, order: .passTime, traceparent: nil)
        let context = RequestContext(key: .random(), deadline: .now + .seconds(5), traceparent: nil)
        do {
            _ = try await writer.perform(command, context: context)
        } catch ChatError.conversationNotFound {
            // Erased in between.
        }
    }

    /// It comes later, and not again first. Whoever moved it meanwhile set a time that stays.
    private func putOff(_ id: ConversationID, of clientID: TenantID) async throws {
        _ = try await database.query(
            .tenant(clientID),
            """
            UPDATE chat.conversations SET due_at = clock_timestamp() + make_interval(secs => \(SetAside.pauseSeconds))
             WHERE client_id = \(clientID) AND id = \(id) AND due_at <= clock_timestamp()
            """)
    }
}

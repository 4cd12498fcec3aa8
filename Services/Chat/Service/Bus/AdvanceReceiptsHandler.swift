import Bus
import Contracts
import EventLog
import Foundation
import Storage

/// Watermarks only rise and take no sequence. What does not rise is not written.
struct AdvanceReceiptsHandler: RequestHandler {
    let database: Database
    let publisher: EventPublisher

    func answer(_ request: AdvanceReceipts, context: RequestContext) async throws -> Done {
        for (field, value) in [("through", request.readThrough), ("delivered_through", request.deliveredThrough)] {
            if let value, value < 0 { throw ChatError.fieldInvalid(field: field, detail: "A sequence is not negative.") }
        }
        let principal = request.principal
        let publisher = publisher
        try await database.transaction(.tenant(principal.clientID)) { transaction in
            let rows = try transaction.pipeline([
                publisher.lockStatement(for: [request.sessionID.uuid]),
                """
                SELECT \(EventContext.columns), c.customer_id, c.last_sequence, cu.name AS customer_name, p.delivered_through, p.read_through,
                       EXISTS (SELECT FROM chat.chat_blocked_users b
                                WHERE b.client_id = c.client_id AND b.customer_id = c.customer_id) AS is_blocked
                  FROM chat.conversations c
                  JOIN chat.customers cu ON cu.client_id = c.client_id AND cu.id = c.customer_id
                  LEFT JOIN chat.chat_participants p ON p.client_id = c.client_id AND p.conversation_id = c.id
                                                    AND p.participant_id = \(principal.subject)
                 WHERE c.client_id = \(principal.clientID) AND c.id = \(request.sessionID)
                """,
            ])
            var partitions = try publisher.adopt(rows[0], in: transaction)
            guard let row = rows[1].first else { throw ChatError.conversationNotFound(id: request.sessionID) }
            let customerID: CustomerID = try row["customer_id"]
            if let own = principal.customerID, own != customerID { throw ChatError.conversationNotFound(id: request.sessionID) }
            if principal.role == .customer, try row["is_blocked"] { throw ChatError.customerBlocked }
            let last: Int64 = try row["last_sequence"]
            let known = (delivered: try row["delivered_through"] as Int64? ?? 0, read: try row["read_through"] as Int64? ?? 0)
            let read = max(known.read, min(request.readThrough ?? 0, last))
            let delivered = max(known.delivered, min(request.deliveredThrough ?? 0, last), read)
            guard delivered > known.delivered || read > known.read else { return }
            let customerName: String? = try row["customer_name"]
            let author =
                principal.role == .customer
                ? Author(kind: .customer, id: EntityID(customerID.uuid), name: customerName ?? "") : Author(principal)
            transaction.finalStatements.append(
                """
                INSERT INTO chat.chat_participants
                       (client_id, conversation_id, kind, participant_id, name, role, delivered_through, read_through)
                VALUES (\(principal.clientID), \(request.sessionID), \(author.kind), \(principal.subject), \(author.name),
                        \(principal.role), \(delivered), \(read))
                    ON CONFLICT (client_id, conversation_id, participant_id)
                    DO UPDATE SET delivered_through = \(delivered), read_through = \(read)
                """)
            try publisher.append(
                [
                    try NewEvent(
                        ReceiptsAdvanced(
                            sessionID: request.sessionID, participant: author, deliveredThrough: delivered, readThrough: read),
                        clientID: principal.clientID, key: request.sessionID.uuid, keySequence: nil, traceparent: context.traceparent,
                        context: try EventContext(row))
                ], to: &partitions, in: transaction)
        }
        return Done()
    }
}

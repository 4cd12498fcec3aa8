import Contracts
import EventLog
import Foundation
import Storage

struct CustomerRepository: Sendable {
    let database: Database
    let publisher: EventPublisher

    static func validate(_ page: PageVisit?) throws(ChatError) {
        guard let page else { return }
        for (field, value) in [("page.url", page.url), ("page.title", page.title), ("page.referrer", page.referrer)] {
            guard let value else { continue }
            guard value.utf8.count <= TextLimits.addressBytesMax else {
                throw .textTooLong(field: field, bytes: value.utf8.count, limit: TextLimits.addressBytesMax)
            }
            guard !value.utf8.contains(0) else { throw .fieldInvalid(field: field, detail: "The text contains a NUL character.") }
        }
    }

    /// The customer a new conversation is with. A visitor's row is made with its first message.
    /// - Throws: ``ChatError/customerNotFound(id:)`` if staff names one that does not exist.
    func find(for request: OpenConversation) async throws -> CustomerID {
        let clientID = request.principal.clientID
        return try await database.transaction(.tenant(clientID)) { transaction in
            if let id = request.principal.customerID {
                try transaction.query(
                    """
                    INSERT INTO chat.customers (client_id, id, name, locale, page)
                    VALUES (\(clientID), \(id), NULLIF(\(request.principal.name), ''), \(request.locale), \(request.page?.json))
                        ON CONFLICT (client_id, id) DO UPDATE
                       SET last_seen_at = clock_timestamp(), locale = COALESCE(excluded.locale, chat.customers.locale),
                           page = COALESCE(excluded.page, chat.customers.page)
                    """)
                return id
            }
            let wanted = request.customer
            if let id = wanted?.id {
                let rows = try transaction.query("SELECT id FROM chat.customers WHERE client_id = \(clientID) AND id = \(id)")
                guard !rows.isEmpty else { throw ChatError.customerNotFound(id: id) }
                return id
            }
            let known = try transaction.query(
                """
                SELECT id FROM chat.customers
                 WHERE client_id = \(clientID)
                   AND (lower(email) = lower(NULLIF(\(wanted?.email), '')) OR phone = NULLIF(\(wanted?.phone), ''))
                 ORDER BY created_at, id LIMIT 1
                """)
            if let row = known.first { return try row["id"] }
            // The conversation's id makes the customer's, so that a retry makes no second one.
            let id = CustomerID(request.id.uuid)
            try transaction.query(
                """
                INSERT INTO chat.customers (client_id, id, name, email, phone)
                VALUES (\(clientID), \(id), NULLIF(\(wanted?.name), ''), NULLIF(\(wanted?.email), ''), NULLIF(\(wanted?.phone), ''))
                    ON CONFLICT (client_id, id) DO NOTHING
                """)
            return id
        }
    }

    func card(_ id: CustomerID, clientID: TenantID) async throws -> CustomerCard {
        try await database.transaction(.tenant(clientID)) { try Self.card(id, clientID: clientID, in: $0) }
    }

    private static func card(_ id: CustomerID, clientID: TenantID, in transaction: Transaction) throws -> CustomerCard {
        let results = try transaction.pipeline([
            """
            SELECT c.id, c.name, c.email, c.phone, c.locale, c.page, c.attributes, c.created_at, c.last_seen_at,
                   b.customer_id IS NOT NULL AS is_blocked
              FROM chat.customers c
              LEFT JOIN chat.chat_blocked_users b ON b.client_id = c.client_id AND b.customer_id = c.id
             WHERE c.client_id = \(clientID) AND c.id = \(id)
            """,
            """
            SELECT id, status, channel, subject, created_at, last_activity_at
              FROM chat.conversations
             WHERE client_id = \(clientID) AND customer_id = \(id)
             ORDER BY last_activity_at DESC, id
             LIMIT \(Int64(SessionSummary.countMax))
            """,
        ])
        guard let row = results[0].first else { throw ChatError.customerNotFound(id: id) }
        let page: JSONValue? = try row["page"]
        let attributes: JSONValue = try row["attributes"]
        return CustomerCard(
            id: id, name: try row["name"], email: try row["email"], phone: try row["phone"], locale: try row["locale"],
            blocked: try row["is_blocked"],
            page: page.map { PageVisit(url: $0["url"]?.string, title: $0["title"]?.string, referrer: $0["referrer"]?.string) },
            attributes: attributes.members, createdAt: try row["created_at"], lastSeenAt: try row["last_seen_at"],
            sessions: try results[1].map { row in
                SessionSummary(
                    id: try row["id"], status: try row["status"], channel: try row["channel"], subject: try row["subject"],
                    createdAt: try row["created_at"], lastActivityAt: try row["last_activity_at"])
            })
    }

    func update(_ request: UpdateCustomer, traceparent: String?) async throws -> CustomerCard {
        let clientID = request.principal.clientID
        let publisher = publisher
        return try await database.transaction(.tenant(clientID)) { transaction in
            var partitions = try publisher.lock([request.id.uuid], in: transaction)
            if request.principal.role == .customer {
                try transaction.query(
                    "INSERT INTO chat.customers (client_id, id) VALUES (\(clientID), \(request.id)) ON CONFLICT (client_id, id) DO NOTHING")
            }
            try transaction.query(
                """
                UPDATE chat.customers
                   SET name = CASE WHEN \(request.name != nil) THEN NULLIF(\(request.name), '') ELSE name END,
                       email = CASE WHEN \(request.email != nil) THEN NULLIF(\(request.email), '') ELSE email END,
                       phone = CASE WHEN \(request.phone != nil) THEN NULLIF(\(request.phone), '') ELSE phone END,
                       locale = CASE WHEN \(request.locale != nil) THEN NULLIF(\(request.locale), '') ELSE locale END,
                       attributes = COALESCE(\(request.attributes.map(JSONValue.object)), attributes),
                       page = COALESCE(\(request.page?.json), page)
                 WHERE client_id = \(clientID) AND id = \(request.id)
                """)
            let card = try Self.card(request.id, clientID: clientID, in: transaction)
            if request.name != nil || request.email != nil || request.phone != nil || request.attributes != nil {
                try Self.announce(card, publisher, &partitions, clientID: clientID, traceparent: traceparent, in: transaction)
                try AuditRepository.record(
                    "customer_changed", by: Author(request.principal), clientID: clientID,
                    details: ["customer_id": .string(request.id.description)], in: transaction)
            }
            return card
        }
    }

    func setBlocked(
        _ blocked: Bool, _ id: CustomerID, reason: String?, by principal: Principal, traceparent: String?
    ) async throws {
        let clientID = principal.clientID
        let publisher = publisher
        try await database.transaction(.tenant(clientID)) { transaction in
            var partitions = try publisher.lock([id.uuid], in: transaction)
            let card = try Self.card(id, clientID: clientID, in: transaction)
            guard card.blocked != blocked else { return }
            if blocked {
                let author = JSONValue.object([
                    "type": .string(Author(principal).kind.rawValue), "id": .string(principal.subject.description),
                    "name": .string(principal.name),
                ])
                try transaction.query(
                    """
                    INSERT INTO chat.chat_blocked_users (client_id, customer_id, reason, blocked_by)
                    VALUES (\(clientID), \(id), \(reason), \(author))
                    """)
            } else {
                try transaction.query("DELETE FROM chat.chat_blocked_users WHERE client_id = \(clientID) AND customer_id = \(id)")
            }
            try Self.announce(
                try Self.card(id, clientID: clientID, in: transaction), publisher, &partitions, clientID: clientID,
                traceparent: traceparent, in: transaction)
            var details: [String: JSONValue] = ["customer_id": .string(id.description)]
            if let reason { details["reason"] = .string(reason) }
            try AuditRepository.record(
                blocked ? "customer_blocked" : "customer_unblocked", by: Author(principal), clientID: clientID, details: details,
                in: transaction)
        }
    }

    private static func announce(
        _ card: CustomerCard, _ publisher: EventPublisher, _ partitions: inout LockedPartitions, clientID: TenantID,
        traceparent: String?, in transaction: Transaction
    ) throws {
        try publisher.append(
            [
                try NewEvent(
                    CustomerChanged(customerID: card.id, name: card.name, email: card.email, blocked: card.blocked),
                    clientID: clientID, key: card.id.uuid, keySequence: nil, traceparent: traceparent)
            ], to: &partitions, in: transaction)
    }

    func blocked(clientID: TenantID, limit: Int, cursor: String?) async throws -> Page<BlockedCustomer> {
        let position = try cursor.map { try ListCursor($0) }
        var conditions: SQL = "b.client_id = \(clientID)"
        if let position { conditions += " AND (b.blocked_at, b.customer_id) < (\(position.time), \(position.id))" }
        let statement: SQL = """
            SELECT b.customer_id, c.name, c.email, b.reason, b.blocked_at, b.blocked_by::text AS blocked_by
              FROM chat.chat_blocked_users b
              JOIN chat.customers c ON c.client_id = b.client_id AND c.id = b.customer_id
             WHERE \(conditions)
             ORDER BY b.blocked_at DESC, b.customer_id DESC
             LIMIT \(Int64(limit + 1))
            """
        let rows = try await database.query(.tenant(clientID), statement)
        let items = try rows.prefix(limit).map { row in
            let blockedBy: String = try row["blocked_by"]
            return BlockedCustomer(
                customer: Session.CustomerSummary(id: try row["customer_id"], name: try row["name"], email: try row["email"]),
                reason: try row["reason"], blockedAt: try row["blocked_at"],
                blockedBy: try JSON.decode(Author.self, from: Array(blockedBy.utf8)))
        }
        let last = rows.count > limit ? items.last : nil
        return Page(items: items, nextCursor: last.map { ListCursor(time: $0.blockedAt, id: EntityID($0.customer.id.uuid)).text })
    }

    /// Visitors with a live socket: their conversations do not go to `pending` for absence.
    func seen(_ visitors: [PresentVisitor]) async throws {
        for (clientID, visitors) in Dictionary(grouping: visitors, by: \.clientID) {
            _ = try await database.query(
                .tenant(clientID),
                """
                UPDATE chat.customers SET last_seen_at = clock_timestamp()
                 WHERE client_id = \(clientID) AND id = ANY(\(visitors.map(\.customerID)))
                """)
        }
    }
}

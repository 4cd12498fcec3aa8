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
            try TextLimits.validate(value, .page, field: field)
        }
    }

    /// The customer a new conversation is with. A visitor's row is made with its first message. Staff who name an address get whoever
    /// is known by it; a visitor that merely claims it is a stranger, who would read what is written to its owner.
    /// - Throws: ``ChatError/customerNotFound(id:)`` if staff names one that does not exist; ``ChatError/customerBlocked``.
    func find(for request: OpenConversation) async throws -> CustomerID {
        let clientID = request.principal.clientID
        return try await database.transaction(.tenant(clientID)) { transaction in
            if let id = request.principal.customerID {
                let results = try transaction.pipeline([
                    Self.block(of: id, clientID),
                    """
                    INSERT INTO chat.customers (client_id, id, name, locale, page)
                    VALUES (\(clientID), \(id), NULLIF(\(request.principal.name), ''), \(request.locale), \(request.page?.json))
                        ON CONFLICT (client_id, id) DO UPDATE
                       SET last_seen_at = clock_timestamp(), locale = COALESCE(excluded.locale, chat.customers.locale),
                           page = COALESCE(excluded.page, chat.customers.page)
                    """,
                ])
                // What was written with it is rolled back.
                guard results[0].isEmpty else { throw ChatError.customerBlocked }
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
                SELECT known.id FROM (\(Self.known(clientID, email: wanted?.email, phone: wanted?.phone))) AS known
                 ORDER BY known.rank, known.created_at, known.id LIMIT 1
                """)
            if let row = known.first { return try row["id"] }
            // The conversation's id makes the customer's, so that a retry makes no second one.
            let id = CustomerID(request.id.uuid)
            try transaction.query(
                """
                INSERT INTO chat.customers (client_id, id, name, email, email_provenance, phone, phone_provenance)
                VALUES (\(clientID), \(id), NULLIF(\(wanted?.name), ''), NULLIF(\(wanted?.email), ''), 'entered',
                        NULLIF(\(wanted?.phone), ''), 'entered')
                    ON CONFLICT (client_id, id) DO NOTHING
                """)
            return id
        }
    }

    /// Rows `(id, rank, created_at)` of whoever is known by one of these; the least is meant. Who wrote from an address comes before whose card
    /// has it: cards may share one, and are written by hand.
    static func known(_ clientID: TenantID, email: String?, phone: String?, handle: String? = nil) -> SQL {
        """
        SELECT i.customer_id AS id, 0 AS rank, i.created_at
          FROM chat.customer_identities i
         WHERE i.client_id = \(clientID) AND i.provenance <> 'claimed'
           AND ((i.kind = 'email' AND i.value = lower(NULLIF(\(email), ''))) OR (i.kind = 'phone' AND i.value = NULLIF(\(phone), ''))
                OR (i.kind = 'handle' AND i.value = \(handle)))
         UNION ALL
        SELECT cu.id, 1, cu.created_at
          FROM chat.customers cu
         WHERE cu.client_id = \(clientID)
           AND ((lower(cu.email) = lower(NULLIF(\(email), '')) AND cu.email_provenance <> 'claimed')
                OR (cu.phone = NULLIF(\(phone), '') AND cu.phone_provenance <> 'claimed'))
        """
    }

    /// A row if the customer is blocked.
    private static func block(of id: CustomerID, _ clientID: TenantID) -> SQL {
        "SELECT customer_id FROM chat.chat_blocked_users WHERE client_id = \(clientID) AND customer_id = \(id)"
    }

    func card(_ id: CustomerID, clientID: TenantID) async throws -> CustomerCard {
        try await database.transaction(.tenant(clientID)) { try Self.card(id, clientID: clientID, in: $0) }
    }

    private static func card(_ id: CustomerID, clientID: TenantID, in transaction: Transaction) throws -> CustomerCard {
        let results = try transaction.pipeline([
            """
            SELECT c.id, c.name, c.email, c.email_provenance, c.phone, c.phone_provenance, c.locale, c.page, c.attributes, c.created_at, c.last_seen_at,
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
        let (email, phone): (String?, String?) = (try row["email"], try row["phone"])
        return CustomerCard(
            id: id, name: try row["name"], email: email, emailProvenance: email == nil ? nil : try row["email_provenance"],
            phone: phone, phoneProvenance: phone == nil ? nil : try row["phone_provenance"], locale: try row["locale"],
            blocked: try row["is_blocked"],
            page: page.map { PageVisit(url: $0["url"]?.string, title: $0["title"]?.string, referrer: $0["referrer"]?.string) },
            attributes: attributes.members, createdAt: try row["created_at"], lastSeenAt: try row["last_seen_at"],
            sessions: try results[1].map { row in
                SessionSummary(
                    id: try row["id"], status: try row["status"], channel: try row["channel"], subject: try row["subject"],
                    createdAt: try row["created_at"], lastActivityAt: try row["last_activity_at"])
            })
    }

    /// A better known address stays: the answer says which one that is.
    func update(_ request: UpdateCustomer, traceparent: String?) async throws -> CustomerCard {
        let clientID = request.principal.clientID
        let provenance = request.provenance ?? (request.principal.role == .customer ? .claimed : .entered)
        let publisher = publisher
        return try await database.transaction(.tenant(clientID)) { transaction in
            var partitions = try publisher.lock([request.id.uuid], in: transaction)
            if request.principal.role == .customer {
                guard try transaction.query(Self.block(of: request.id, clientID)).isEmpty else { throw ChatError.customerBlocked }
                try transaction.query(
                    "INSERT INTO chat.customers (client_id, id) VALUES (\(clientID), \(request.id)) ON CONFLICT (client_id, id) DO NOTHING")
            }
            let before = try Self.card(request.id, clientID: clientID, in: transaction)
            let (email, phone) = (
                Self.replaces("email", by: request.email, provenance), Self.replaces("phone", by: request.phone, provenance)
            )
            try transaction.query(
                """
                UPDATE chat.customers
                   SET name = CASE WHEN \(request.name != nil) THEN NULLIF(\(request.name), '') ELSE name END,
                       email = CASE WHEN \(email) THEN NULLIF(\(request.email), '') ELSE email END,
                       email_provenance = CASE WHEN \(email) THEN \(provenance) ELSE email_provenance END,
                       phone = CASE WHEN \(phone) THEN NULLIF(\(request.phone), '') ELSE phone END,
                       phone_provenance = CASE WHEN \(phone) THEN \(provenance) ELSE phone_provenance END,
                       locale = CASE WHEN \(request.locale != nil) THEN NULLIF(\(request.locale), '') ELSE locale END,
                       attributes = COALESCE(\(request.attributes.map(JSONValue.object)), attributes),
                       page = COALESCE(\(request.page?.json), page)
                 WHERE client_id = \(clientID) AND id = \(request.id)
                """)
            let card = try Self.card(request.id, clientID: clientID, in: transaction)
            if card.differs(from: before) {
                try Self.announce(card, publisher, &partitions, clientID: clientID, traceparent: traceparent, in: transaction)
                try AuditRepository.record(
                    "customer_changed", by: Author(request.principal), clientID: clientID,
                    details: ["customer_id": .string(request.id.description)], in: transaction)
            }
            return card
        }
    }

    /// Whether the address given replaces the one kept. What a visitor claims replaces claims only; what a website signed replaces
    /// nothing that the company's people entered, unless it says the same.
    private static func replaces(_ column: String, by address: String?, _ provenance: AddressProvenance) -> SQL {
        guard let address else { return "false" }
        let kept: SQL = "\(identifier: column)"
        let keptProvenance: SQL = "\(identifier: column + "_provenance")"
        switch provenance {
        case .entered: return "true"
        case .verified: return "(\(kept) IS NULL OR \(keptProvenance) <> 'entered' OR lower(\(kept)) = lower(\(address)))"
        default: return "(\(kept) IS NULL OR \(keptProvenance) = 'claimed')"
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
                    CustomerChanged(
                        customerID: card.id, name: card.name, email: card.email, phone: card.phone,
                        emailProvenance: card.emailProvenance, phoneProvenance: card.phoneProvenance, blocked: card.blocked),
                    clientID: clientID, key: card.id.uuid, keySequence: nil, traceparent: traceparent)
            ], to: &partitions, in: transaction)
    }

    func blocked(clientID: TenantID, limit: Int, cursor: String?) async throws -> Page<BlockedCustomer> {
        let position = try cursor.map { try ListPosition($0) }
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
        let page = try await database.query(.tenant(clientID), statement).page(limit: limit)
        let items = try page.rows.map { row in
            let blockedBy: String = try row["blocked_by"]
            return BlockedCustomer(
                customer: Session.CustomerSummary(id: try row["customer_id"], name: try row["name"], email: try row["email"]),
                reason: try row["reason"], blockedAt: try row["blocked_at"],
                blockedBy: try JSON.decode(Author.self, from: Array(blockedBy.utf8)))
        }
        let last = page.hasMore ? items.last : nil
        return Page(items: items, nextCursor: last.map { ListPosition(time: $0.blockedAt, id: $0.customer.id).cursor })
    }

    /// Visitors with a live socket: their conversations do not go to `pending` for absence. Who is blocked is not there.
    func seen(_ ids: [CustomerID], of clientID: TenantID) async throws {
        _ = try await database.query(
            .tenant(clientID),
            """
            UPDATE chat.customers c SET last_seen_at = clock_timestamp()
             WHERE c.client_id = \(clientID) AND c.id = ANY(\(ids))
               AND NOT EXISTS (SELECT FROM chat.chat_blocked_users b WHERE b.client_id = c.client_id AND b.customer_id = c.id)
            """)
    }
}

extension CustomerCard {
    /// In what colleagues are told of.
    fileprivate func differs(from other: CustomerCard) -> Bool {
        name != other.name || email != other.email || emailProvenance != other.emailProvenance || phone != other.phone
            || phoneProvenance != other.phoneProvenance || attributes != other.attributes
    }
}

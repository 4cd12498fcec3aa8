import Contracts
import Foundation
import Storage

/// Reading conversations. Every statement names its tenant; row-level security says the same once more.
struct ConversationRepository: Sendable {
    /// A list shows this many unread messages at the most; beyond it the exact number helps nobody.
    static let unreadCountMax = 100

    let database: Database

    func conversation(_ id: ConversationID, for principal: Principal) async throws -> Session {
        let rows = try await database.query(.tenant(principal.clientID), Self.statement(id, for: principal))
        return try Self.session(id, rows, for: principal)
    }

    /// - Throws: ``ChatError/conversationNotFound(id:)`` if there is none that `principal` may see.
    static func session(_ id: ConversationID, for principal: Principal, in transaction: Transaction) throws -> Session {
        try session(id, transaction.query(statement(id, for: principal)), for: principal)
    }

    private static func statement(_ id: ConversationID, for principal: Principal) -> SQL {
        """
        SELECT \(ConversationRows.conversationColumns), \(unreadCount(for: principal)) AS unread_count, \(serviceLevelColumns)
        \(source)
         WHERE c.client_id = \(principal.clientID) AND c.id = \(id)
        """
    }

    /// As the domain sees it.
    /// - Throws: as ``conversation(_:for:)``.
    func state(_ id: ConversationID, for principal: Principal) async throws -> ConversationState {
        let rows = try await database.query(
            .tenant(principal.clientID), ConversationRows.conversations(principal.clientID, [id]))
        return try Self.state(id, rows.first, for: principal)
    }

    private static func state(_ id: ConversationID, _ row: Row?, for principal: Principal) throws -> ConversationState {
        guard let row else { throw ChatError.conversationNotFound(id: id) }
        let state = try ConversationState(row, clientID: principal.clientID)
        try state.demandVisible(to: principal)
        return state
    }

    private static func session(_ id: ConversationID, _ rows: Rows, for principal: Principal) throws -> Session {
        guard let row = rows.first else { throw ChatError.conversationNotFound(id: id) }
        return try state(id, row, for: principal).session(
            unreadCount: Int(try row["unread_count"] as Int64), sla: try serviceLevel(row, for: principal))
    }

    func customerNames(in ids: [ConversationID], of tenant: TenantID) async throws -> [CustomerNames.Item] {
        try await database.query(
            .tenant(tenant),
            """
            SELECT c.id, COALESCE(NULLIF(cu.name, ''), NULLIF(cu.email, '')) AS name
              FROM chat.conversations c
              JOIN chat.customers cu ON cu.client_id = c.client_id AND cu.id = c.customer_id
             WHERE c.client_id = \(tenant) AND c.id = ANY(\(ids))
               AND COALESCE(NULLIF(cu.name, ''), NULLIF(cu.email, '')) IS NOT NULL
            """
        ).map { CustomerNames.Item(sessionID: try $0["id"], name: try $0["name"]) }
    }

    static let source: SQL = """
          FROM chat.conversations c
          JOIN chat.customers cu ON cu.client_id = c.client_id AND cu.id = c.customer_id
          LEFT JOIN chat.chat_blocked_users b ON b.client_id = c.client_id AND b.customer_id = c.customer_id
          LEFT JOIN chat.sla_clocks k ON k.client_id = c.client_id AND k.conversation_id = c.id AND k.target IS NOT NULL
        """

    static let serviceLevelColumns: SQL = "k.state AS sla_state, k.first_response_due_at, k.resolution_due_at"

    /// Customers do not see what the company promises itself.
    static func serviceLevel(_ row: Row, for principal: Principal) throws -> ServiceLevel? {
        guard principal.role != .customer, let state = try row.decode("sla_state", as: ServiceLevel.State?.self) else { return nil }
        return ServiceLevel(
            state: state, firstResponseDueAt: try row["first_response_due_at"], resolutionDueAt: try row["resolution_due_at"])
    }

    /// Messages of the other side above the reader's own mark, without those that were deleted: there is nothing left to read.
    static func unreadCount(for principal: Principal) -> SQL {
        let otherSide: SQL = principal.role == .customer ? "m.author_kind <> 'customer'" : "m.author_kind = 'customer'"
        return """
            (SELECT count(*) FROM (
                SELECT FROM chat.communication_messages m
                 WHERE m.client_id = c.client_id AND m.conversation_id = c.id AND m.kind = 'message' AND \(otherSide)
                   AND m.deleted_at IS NULL
                   AND m.sequence > COALESCE((SELECT p.read_through FROM chat.chat_participants p
                                               WHERE p.client_id = c.client_id AND p.conversation_id = c.id
                                                 AND p.participant_id = \(principal.subject)), 0)
                 LIMIT \(Int64(unreadCountMax))) AS unread)
            """
    }

    func list(_ filter: ConversationFilter, limit: Int, cursor: String?, for principal: Principal) async throws -> Page<Session> {
        let byWait = filter.sort == "waiting"
        let position = try cursor.map { try ListPosition($0) }
        var conditions: SQL = "c.client_id = \(principal.clientID)"
        if let customerID = principal.customerID { conditions += " AND c.customer_id = \(customerID)" }
        switch filter.view {
        case "mine":
            conditions +=
                " AND (c.agent_id = \(principal.subject) OR (c.last_agent_id = \(principal.subject) AND c.status IN ('pending', 'resolved')))"
        case "unassigned": conditions += " AND c.status = 'waiting'"
        default: break
        }
        if !filter.statuses.isEmpty {
            conditions += " AND c.status = ANY(\(filter.statuses))"
        } else if principal.role != .customer {
            conditions += " AND c.status <> 'closed'"
        }
        if let channel = filter.channel { conditions += " AND c.channel = \(channel)" }
        if let customerID = filter.customerID { conditions += " AND c.customer_id = \(customerID)" }
        if let agentID = filter.agentID { conditions += " AND c.agent_id = \(agentID)" }
        if let text = filter.text, text.showsSomething {
            let pattern = "%" + text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_") + "%"
            conditions += " AND (c.subject ILIKE \(pattern) OR cu.name ILIKE \(pattern) OR cu.email ILIKE \(pattern))"
        }
        let order: SQL
        if byWait {
            let since: SQL = "COALESCE(c.waiting_since, 'infinity')"
            if let position { conditions += " AND (\(since), c.id) > (COALESCE(\(position.time), 'infinity'), \(position.id))" }
            order = "\(since), c.id"
        } else {
            if let position { conditions += " AND (c.last_activity_at, c.id) < (\(position.time), \(position.id))" }
            order = "c.last_activity_at DESC, c.id DESC"
        }
        let statement: SQL = """
            SELECT \(ConversationRows.conversationColumns), \(Self.unreadCount(for: principal)) AS unread_count,
                   \(Self.serviceLevelColumns)
            \(Self.source)
             WHERE \(conditions)
             ORDER BY \(order)
             LIMIT \(Int64(limit + 1))
            """
        let page = try await database.query(.tenant(principal.clientID), statement).page(limit: limit)
        let sessions = try page.rows.map { row in
            let state = try ConversationState(row, clientID: principal.clientID)
            try state.demandVisible(to: principal)
            return state.session(
                unreadCount: Int(try row["unread_count"] as Int64), sla: try Self.serviceLevel(row, for: principal))
        }
        let last = page.hasMore ? sessions.last : nil
        return Page(
            items: sessions,
            nextCursor: last.map { ListPosition(time: byWait ? $0.waitingSince : $0.lastActivityAt, id: $0.id).cursor })
    }

    /// Open ones only: what was resolved or put off must not look like work left to do.
    func counts(for principal: Principal) async throws -> ConversationCounts {
        let rows = try await database.query(
            .tenant(principal.clientID),
            """
            SELECT count(*) FILTER (WHERE agent_id = \(principal.subject)) AS mine,
                   count(*) FILTER (WHERE status = 'waiting') AS unassigned,
                   count(*) AS everything
              FROM chat.conversations
             WHERE client_id = \(principal.clientID) AND status IN ('waiting', 'assigned')
            """)
        guard let row = rows.first else { return ConversationCounts(mine: 0, unassigned: 0, all: 0) }
        return ConversationCounts(
            mine: Int(try row["mine"] as Int64), unassigned: Int(try row["unassigned"] as Int64),
            all: Int(try row["everything"] as Int64))
    }

    func openConversation(of customerID: CustomerID, clientID: TenantID) async throws -> ConversationID? {
        let rows = try await database.query(
            .tenant(clientID),
            """
            SELECT id FROM chat.conversations
             WHERE client_id = \(clientID) AND customer_id = \(customerID) AND channel = 'website' AND status <> 'closed'
            """)
        return try rows.first.map { try $0["id"] }
    }

    /// The same for the customer's own eyes: a widget that opens hears here whether it may.
    /// - Throws: ``ChatError/customerBlocked``.
    func openConversation(ofVisitor customerID: CustomerID, clientID: TenantID) async throws -> ConversationID? {
        let rows = try await database.query(
            .tenant(clientID),
            """
            SELECT EXISTS (SELECT FROM chat.chat_blocked_users
                            WHERE client_id = \(clientID) AND customer_id = \(customerID)) AS is_blocked,
                   (SELECT id FROM chat.conversations
                     WHERE client_id = \(clientID) AND customer_id = \(customerID) AND channel = 'website' AND status <> 'closed') AS id
            """)
        guard let row = rows.first else { return nil }
        if try row["is_blocked"] { throw ChatError.customerBlocked }
        return try row["id"]
    }

    func openConversations(of customerID: CustomerID, clientID: TenantID) async throws -> [ConversationID] {
        try await database.query(
            .tenant(clientID),
            """
            SELECT id FROM chat.conversations
             WHERE client_id = \(clientID) AND customer_id = \(customerID) AND status <> 'closed'
            """
        ).map { try $0["id"] }
    }

    /// Which conversation a message belongs to.
    func conversation(of message: MessageID, clientID: TenantID) async throws -> ConversationID {
        let rows = try await database.query(
            .tenant(clientID),
            "SELECT conversation_id FROM chat.communication_messages WHERE client_id = \(clientID) AND id = \(message)")
        guard let row = rows.first else { throw ChatError.messageNotFound(id: message) }
        return try row["conversation_id"]
    }

    func participants(_ id: ConversationID, for principal: Principal) async throws -> [Participant] {
        try await database.transaction(.tenant(principal.clientID)) { transaction in
            _ = try Self.session(id, for: principal, in: transaction)
            return try Self.participants(id, clientID: principal.clientID, in: transaction)
        }
    }

    static func participants(_ id: ConversationID, clientID: TenantID, in transaction: Transaction) throws -> [Participant] {
        try transaction.query(
            """
            SELECT p.kind, p.participant_id, COALESCE(cu.name, p.name) AS name, p.role, p.delivered_through, p.read_through, p.joined_at
              FROM chat.chat_participants p
              LEFT JOIN chat.customers cu ON cu.client_id = p.client_id AND cu.id = p.participant_id AND p.kind = 'customer'
             WHERE p.client_id = \(clientID) AND p.conversation_id = \(id)
             ORDER BY p.joined_at, p.participant_id
            """
        ).map { row in
            Participant(
                kind: try row["kind"], id: try row["participant_id"], name: try row["name"], role: try row["role"],
                deliveredThrough: try row["delivered_through"], readThrough: try row["read_through"], joinedAt: try row["joined_at"])
        }
    }
}

import Contracts
import Foundation
import Storage

/// Clocks and the rules they go by, of the tenant in scope.
struct ServiceClockRepository {
    struct Stored {
        let conversationID: ConversationID
        let rulesVersion: Int
        let target: String?
        let countsBusinessHours: Bool
        var clock: ServiceClock
    }

    let transaction: Transaction
    let clientID: TenantID

    /// Keeps each version; a repeat changes nothing.
    func keep(_ rules: BusinessRules) throws {
        let document = try JSON.decode(JSONValue.self, from: try JSON.encode(rules))
        try transaction.query(
            """
            INSERT INTO chat.business_rules (client_id, version, has_sla, document)
            VALUES (\(clientID), \(Int64(rules.version)), \(!rules.sla.isEmpty), \(document))
            ON CONFLICT (client_id, version) DO NOTHING
            """)
    }

    func currentRules() throws -> BusinessRules? {
        try rules("ORDER BY version DESC LIMIT 1")
    }

    func rules(version: Int) throws -> BusinessRules? {
        try rules("AND version = \(Int64(version))")
    }

    private func rules(_ condition: SQL) throws -> BusinessRules? {
        try transaction.query("SELECT document FROM chat.business_rules WHERE client_id = \(clientID) \(condition)").first.map {
            try JSON.decode(BusinessRules.self, from: try JSON.encode(try $0.decode("document", as: JSONValue.self)))
        }
    }

    /// Holds the rows until the transaction ends.
    func lock(_ ids: [ConversationID]) throws -> [ConversationID: Stored] {
        let rows = try transaction.query(
            """
            SELECT \(Self.columns) FROM chat.sla_clocks
             WHERE client_id = \(clientID) AND conversation_id = ANY(\(ids)) ORDER BY conversation_id FOR UPDATE
            """)
        return Dictionary(uniqueKeysWithValues: try rows.map { try Self.stored($0) }.map { ($0.conversationID, $0) })
    }

    /// - Returns: nil if it is gone, or another replica has it, or nothing is due any more.
    func lockDue(_ id: ConversationID, at now: Date) throws -> Stored? {
        try transaction.query(
            """
            SELECT \(Self.columns) FROM chat.sla_clocks
             WHERE client_id = \(clientID) AND conversation_id = \(id) AND next_at <= \(now) FOR UPDATE SKIP LOCKED
            """
        ).first.map { try Self.stored($0) }
    }

    /// - Returns: nil if the conversation is gone.
    func context(of id: ConversationID) throws -> EventContext? {
        try transaction.query(
            "SELECT \(EventContext.columns) FROM chat.conversations c WHERE c.client_id = \(clientID) AND c.id = \(id)"
        ).first.map { try EventContext($0) }
    }

    func save(_ stored: Stored, part: Int) throws {
        let clock = try JSON.decode(JSONValue.self, from: try JSON.encode(stored.clock))
        let level = stored.clock.level
        try transaction.query(
            """
            INSERT INTO chat.sla_clocks
                   (client_id, conversation_id, part, rules_version, target, counts_business_hours, clock, state, first_response_due_at,
                    resolution_due_at, next_at)
            VALUES (\(clientID), \(stored.conversationID), \(part), \(Int64(stored.rulesVersion)), \(stored.target),
                    \(stored.countsBusinessHours), \(clock), \(level.state.rawValue), \(level.firstResponseDueAt),
                    \(level.resolutionDueAt), \(stored.clock.nextAt))
            ON CONFLICT (client_id, conversation_id) DO UPDATE
               SET clock = EXCLUDED.clock, state = EXCLUDED.state, first_response_due_at = EXCLUDED.first_response_due_at,
                   resolution_due_at = EXCLUDED.resolution_due_at, next_at = EXCLUDED.next_at
            """)
    }

    /// What a target looks at, of a conversation whose customer wrote nothing before this message.
    /// - Returns: nil if the customer wrote before, or the conversation is gone.
    func start(of id: ConversationID, before sequence: Int64) throws -> (channel: Channel, sector: String?, priority: Int)? {
        try transaction.query(
            """
            SELECT c.channel, c.metadata->>'sector' AS sector, c.priority::int AS priority
              FROM chat.conversations c
             WHERE c.client_id = \(clientID) AND c.id = \(id)
               AND NOT EXISTS (SELECT FROM chat.communication_messages m
                                WHERE m.client_id = c.client_id AND m.conversation_id = c.id AND m.author_kind = 'customer'
                                  AND m.sequence < \(sequence))
            """
        ).first.map { (try $0["channel"], try $0["sector"], Int(try $0["priority"] as Int32)) }
    }

    private static let columns: SQL = "conversation_id, rules_version, target, counts_business_hours, clock"

    private static func stored(_ row: Row) throws -> Stored {
        Stored(
            conversationID: try row["conversation_id"], rulesVersion: Int(try row["rules_version"] as Int64), target: try row["target"],
            countsBusinessHours: try row["counts_business_hours"],
            clock: try JSON.decode(ServiceClock.self, from: try JSON.encode(try row.decode("clock", as: JSONValue.self))))
    }
}

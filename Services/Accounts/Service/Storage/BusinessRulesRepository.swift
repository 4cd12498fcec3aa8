import Contracts
import Foundation
import Storage

/// Business rules of the tenant in scope.
struct BusinessRulesRepository {
    let transaction: Transaction
    let clientID: TenantID

    /// - Returns: the defaults if nobody changed them.
    func find() throws -> BusinessRules {
        let rows = try transaction.query("SELECT document FROM accounts.business_rules WHERE client_id = \(clientID)")
        guard let row = rows.first else { return .standard }
        return try JSON.decode(BusinessRules.self, from: try JSON.encode(try row.decode("document", as: JSONValue.self)))
    }

    func save(_ rules: BusinessRules, at now: Date) throws {
        try transaction.query(
            """
            INSERT INTO accounts.business_rules (client_id, version, document, updated_at)
            VALUES (\(clientID), \(Int64(rules.version)), \(try Self.json(rules)), \(now))
            ON CONFLICT (client_id) DO UPDATE
               SET version = EXCLUDED.version, document = EXCLUDED.document, updated_at = EXCLUDED.updated_at
            """)
    }

    func record(_ before: BusinessRules, became after: BusinessRules, by principal: Principal, at now: Date) throws {
        try transaction.query(
            """
            INSERT INTO accounts.settings_audit (client_id, id, at, actor_id, actor_name, setting, before, after)
            VALUES (\(clientID), \(UUID.version7()), \(now), \(principal.subject), \(principal.name), 'business_rules',
                    \(try Self.json(before)), \(try Self.json(after)))
            """)
    }

    /// The latest first: ids are of version 7, so they are in the order of time, and unique.
    func changes(before: UUID?, limit: Int) throws -> [SettingsAuditEntry] {
        let rows = try transaction.query(
            """
            SELECT id, at, actor_id, actor_name, setting, before, after FROM accounts.settings_audit
             WHERE client_id = \(clientID) AND (\(before)::uuid IS NULL OR id < \(before)) ORDER BY id DESC LIMIT \(limit)
            """)
        return try rows.map { row in
            SettingsAuditEntry(
                id: try row["id"], at: try row["at"], actor: .init(id: try row["actor_id"], name: try row["actor_name"]),
                setting: try row["setting"], before: try row.decode("before", as: JSONValue.self),
                after: try row.decode("after", as: JSONValue.self))
        }
    }

    private static func json(_ rules: BusinessRules) throws -> JSONValue {
        try JSON.decode(JSONValue.self, from: try JSON.encode(rules))
    }
}

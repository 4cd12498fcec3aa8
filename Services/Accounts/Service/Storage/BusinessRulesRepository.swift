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
            VALUES (\(clientID), \(Int64(rules.version)), \(JSONValue.object(try Self.members(rules))), \(now))
            ON CONFLICT (client_id) DO UPDATE
               SET version = EXCLUDED.version, document = EXCLUDED.document, updated_at = EXCLUDED.updated_at
            """)
    }

    static func members(_ rules: BusinessRules) throws -> [String: JSONValue] {
        try JSON.decode([String: JSONValue].self, from: try JSON.encode(rules))
    }
}

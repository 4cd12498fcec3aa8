import Contracts
import Foundation
import Storage

/// API keys of the tenant in scope.
struct APIKeyRepository {
    let transaction: Transaction
    let clientID: TenantID

    private static let columns: SQL = "client_id, id, name, key_hash, prefix, created_at, last_used_at, revoked_at, scopes, expires_at"

    func find(_ id: APIKeyID) throws -> APIKeyRecord? {
        try read("WHERE client_id = \(clientID) AND id = \(id)").first
    }

    func find(_ key: SecretToken) throws -> APIKeyRecord? {
        try read("WHERE client_id = \(clientID) AND key_hash = \(key.hash)").first
    }

    /// By age, without the revoked.
    func list(after cursor: ListPosition?, limit: Int) throws -> ListSlice<APIKeyRecord> {
        let start: SQL = if let cursor { "AND (created_at, id) > (\(cursor.createdAt), \(cursor.id))" } else { "" }
        let page = try rows("WHERE client_id = \(clientID) AND revoked_at IS NULL \(start) ORDER BY created_at, id LIMIT \(limit + 1)")
            .page(limit: limit)
        return ListSlice(records: try page.rows.map(Self.record), hasMore: page.hasMore)
    }

    /// - Returns: false if the id is taken.
    func insert(_ key: APIKeyRecord, createdBy: UserID) throws -> Bool {
        try transaction.query(
            """
            INSERT INTO accounts.api_keys (client_id, id, name, key_hash, prefix, created_by, created_at, scopes, expires_at)
            VALUES (\(clientID), \(key.id), \(key.name), \(key.hash), \(key.prefix), \(createdBy), \(key.createdAt),
                    \(key.scopes?.map(\.rawValue)), \(key.expiresAt))
            ON CONFLICT (client_id, id) DO NOTHING
            """
        ).affected == 1
    }

    /// - Returns: false if it was already.
    func revoke(_ id: APIKeyID, at now: Date) throws -> Bool {
        try transaction.query(
            "UPDATE accounts.api_keys SET revoked_at = \(now) WHERE client_id = \(clientID) AND id = \(id) AND revoked_at IS NULL"
        ).affected == 1
    }

    /// Several replicas may come at once; one writes.
    func markUsed(_ id: APIKeyID, at now: Date) throws {
        try transaction.query(
            """
            UPDATE accounts.api_keys SET last_used_at = \(now)
             WHERE client_id = \(clientID) AND id = \(id)
               AND (last_used_at IS NULL OR last_used_at <= \(now.addingTimeInterval(-APIKey.lastUsedPrecision)))
            """)
    }

    private func read(_ condition: SQL) throws -> [APIKeyRecord] { try rows(condition).map(Self.record) }

    private func rows(_ condition: SQL) throws -> Rows {
        try transaction.query("SELECT \(Self.columns) FROM accounts.api_keys \(condition)")
    }

    private static func record(_ row: Row) throws -> APIKeyRecord {
        let scopes: [String]? = try row["scopes"]
        return APIKeyRecord(
            clientID: try row["client_id"], id: try row["id"], name: try row["name"], hash: try row["key_hash"],
            prefix: try row["prefix"], createdAt: try row["created_at"], lastUsedAt: try row["last_used_at"],
            revokedAt: try row["revoked_at"], scopes: scopes?.map(KeyScope.init(rawValue:)), expiresAt: try row["expires_at"])
    }
}

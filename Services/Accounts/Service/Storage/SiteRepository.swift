import Contracts
import Foundation
import Storage

/// Websites of the tenant in scope.
struct SiteRepository {
    let transaction: Transaction
    let clientID: TenantID

    private static let columns: SQL = """
        client_id, id, site_key, name, allowed_origins, theme, greeting, identity_secret, previous_identity_secret, rotation_key,
        creation_digest, created_at
        """

    func find(_ id: SiteID) throws -> SiteRecord? {
        try read("WHERE client_id = \(clientID) AND id = \(id)").first
    }

    /// Holds the row until the transaction ends.
    func lock(_ id: SiteID) throws -> SiteRecord? {
        try read("WHERE client_id = \(clientID) AND id = \(id) FOR UPDATE").first
    }

    func find(siteKey: String) throws -> SiteRecord? {
        try read("WHERE client_id = \(clientID) AND site_key = \(siteKey)").first
    }

    /// By age.
    func list(after cursor: ListPosition?, limit: Int) throws -> ListSlice<SiteRecord> {
        let start: SQL = if let cursor { "AND (created_at, id) > (\(cursor.createdAt), \(cursor.id))" } else { "" }
        let page = try rows("WHERE client_id = \(clientID) \(start) ORDER BY created_at, id LIMIT \(limit + 1)").page(limit: limit)
        return ListSlice(records: try page.rows.map(Self.record), hasMore: page.hasMore)
    }

    /// - Returns: false if the id is taken.
    func insert(_ site: SiteRecord) throws -> Bool {
        try transaction.query(
            """
            INSERT INTO accounts.sites
                   (client_id, id, site_key, name, allowed_origins, theme, greeting, creation_digest, created_at, updated_at)
            VALUES (\(clientID), \(site.id), \(site.siteKey), \(site.name), \(site.allowedOrigins), \(JSONValue.object(site.theme)),
                    \(site.greeting), \(site.creationDigest), \(site.createdAt), \(site.createdAt))
            ON CONFLICT (client_id, id) DO NOTHING
            """
        ).affected == 1
    }

    func update(_ site: SiteRecord, at now: Date) throws {
        try transaction.query(
            """
            UPDATE accounts.sites
               SET name = \(site.name), allowed_origins = \(site.allowedOrigins), theme = \(JSONValue.object(site.theme)),
                   greeting = \(site.greeting), identity_secret = \(site.identitySecret),
                   previous_identity_secret = \(site.previousIdentitySecret), rotation_key = \(site.rotationKey), updated_at = \(now)
             WHERE client_id = \(clientID) AND id = \(site.id)
            """)
    }

    private func read(_ condition: SQL) throws -> [SiteRecord] { try rows(condition).map(Self.record) }

    private func rows(_ condition: SQL) throws -> Rows {
        try transaction.query("SELECT \(Self.columns) FROM accounts.sites \(condition)")
    }

    private static func record(_ row: Row) throws -> SiteRecord {
        guard case .object(let theme) = try row.decode("theme", as: JSONValue.self) else {
            throw DatabaseError.decoding("column theme is not an object")
        }
        return SiteRecord(
            clientID: try row["client_id"], id: try row["id"], siteKey: try row["site_key"], name: try row["name"],
            allowedOrigins: try row["allowed_origins"], theme: theme, greeting: try row["greeting"],
            identitySecret: try row["identity_secret"], previousIdentitySecret: try row["previous_identity_secret"],
            rotationKey: try row["rotation_key"], creationDigest: try row["creation_digest"], createdAt: try row["created_at"])
    }
}

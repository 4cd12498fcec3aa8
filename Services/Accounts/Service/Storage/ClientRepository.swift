import Contracts
import Foundation
import Storage

/// Tenants, and the look-ups that find one before it is known.
struct ClientRepository {
    let transaction: Transaction

    func find(_ id: TenantID) throws -> TenantSummary? {
        let rows = try transaction.query("SELECT client_id, slug, name FROM accounts.clients WHERE client_id = \(id)")
        return try rows.first.map { TenantSummary(id: try $0["client_id"], slug: try $0["slug"], name: try $0["name"]) }
    }

    /// - Throws: ``AccountsError/slugTaken(field:)``.
    func insert(_ client: TenantSummary, at now: Date) throws {
        do {
            try transaction.query(
                """
                INSERT INTO accounts.clients (client_id, slug, name, created_at)
                VALUES (\(client.id), \(client.slug), \(client.name), \(now))
                """)
        } catch DatabaseError.uniqueViolation(let constraint) where constraint == "clients_slug_key" {
            throw AccountsError.slugTaken(field: "slug")
        }
    }

    /// Until the transaction ends nobody else changes who administers this tenant.
    func lockAdministration(of id: TenantID) throws {
        try transaction.query("SELECT FROM accounts.clients WHERE client_id = \(id) FOR NO KEY UPDATE")
    }

    func client(ofSlug slug: String) throws -> TenantID? {
        try one("SELECT accounts.client_of_slug(\(slug)) AS client_id")
    }

    func client(ofRefreshToken token: SecretToken) throws -> TenantID? {
        try one("SELECT accounts.client_of_refresh_token(\(token.hash)) AS client_id")
    }

    func client(ofInvitation token: SecretToken) throws -> TenantID? {
        try one("SELECT accounts.client_of_invitation(\(token.hash)) AS client_id")
    }

    func client(ofSiteKey siteKey: String) throws -> TenantID? {
        try one("SELECT accounts.client_of_site_key(\(siteKey)) AS client_id")
    }

    func client(ofAPIKey key: SecretToken) throws -> TenantID? {
        try one("SELECT accounts.client_of_api_key(\(key.hash)) AS client_id")
    }

    /// From here on the transaction sees this tenant's rows.
    func enter(_ id: TenantID) throws {
        try transaction.query(transaction.scope(to: id))
    }

    private func one(_ sql: SQL) throws -> TenantID? {
        try transaction.query(sql).first?.decode("client_id", as: TenantID?.self)
    }
}

import Contracts
import Foundation
import Storage

/// Who changed what of the tenant in scope: its settings, its users, its keys. Written in the transaction of the change, never changed
/// itself, and without anything that signs in: no password, link, key, nor a hash of one.
struct SettingsAuditRepository {
    enum Setting: String {
        case businessRules = "business_rules"
        case user, key
    }

    let transaction: Transaction
    let clientID: TenantID

    /// - Parameters:
    ///   - before: whole; empty if there was none.
    ///   - actor: nil for the operator.
    func record(
        _ setting: Setting, before: [String: JSONValue] = [:], after: [String: JSONValue], by actor: Actor?, at now: Date
    ) throws {
        let person = actor.map { SettingsAuditEntry.Person(id: $0.principal.subject, name: $0.principal.name) } ?? .operator
        try transaction.query(
            """
            INSERT INTO accounts.settings_audit (client_id, id, at, actor_id, actor_name, setting, before, after)
            VALUES (\(clientID), \(UUID.version7()), \(now), \(person.id), \(person.name), \(setting.rawValue),
                    \(JSONValue.object(before)), \(JSONValue.object(after)))
            """)
    }

    /// The latest first: ids are of version 7, so they are in the order of time, and unique.
    func changes(before: UUID?, limit: Int) throws -> ListSlice<SettingsAuditEntry> {
        let page = try transaction.query(
            """
            SELECT id, at, actor_id, actor_name, setting, before, after FROM accounts.settings_audit
             WHERE client_id = \(clientID) AND (\(before)::uuid IS NULL OR id < \(before)) ORDER BY id DESC LIMIT \(limit + 1)
            """
        ).page(limit: limit)
        let entries = try page.rows.map { row in
            SettingsAuditEntry(
                id: try row["id"], at: try row["at"], actor: .init(id: try row["actor_id"], name: try row["actor_name"]),
                setting: try row["setting"], before: try row.decode("before", as: JSONValue.self),
                after: try row.decode("after", as: JSONValue.self))
        }
        return ListSlice(records: entries, hasMore: page.hasMore)
    }
}

extension UserRecord {
    /// As the audit keeps it.
    var audited: [String: JSONValue] {
        [
            "id": .string(id.description), "email": .string(email), "name": .string(name), "role": .string(role.rawValue),
            "disabled": .bool(!isActive), "has_password": .bool(passwordHash != nil),
        ]
    }

    /// With the link that was given out: what it is for and until when, not what it says.
    func audited(_ purpose: OneTimeLink.Purpose, until expiresAt: Date) -> [String: JSONValue] {
        let link: JSONValue = ["purpose": .string(purpose.rawValue), "expires_at": .string(Timestamp.text(expiresAt))]
        return audited.merging(["link": link]) { $1 }
    }
}

extension APIKeyRecord {
    /// As the audit keeps it.
    func audited(revoked: Bool) -> [String: JSONValue] {
        let scopes: JSONValue = if let scopes { .array(scopes.map { .string($0.rawValue) }) } else { .null }
        let end: JSONValue = if let expiresAt { .string(Timestamp.text(expiresAt)) } else { .null }
        return ["id": .string(id.description), "name": .string(name), "scopes": scopes, "expires_at": end, "revoked": .bool(revoked)]
    }
}

import Contracts
import Foundation
import Storage

/// Users of the tenant in scope.
struct UserRepository {
    let transaction: Transaction
    let clientID: TenantID

    private static let columns: SQL =
        "client_id, id, email, name, role, password_hash, creation_digest, disabled_at, created_at, token_version"

    /// Users of any tenant with this e-mail who could sign in.
    static func candidates(
        email: String, slug: String?, in transaction: Transaction
    ) throws -> [(clientID: TenantID, id: UserID)] {
        try transaction.query("SELECT client_id, user_id FROM accounts.users_of_email(\(email), \(slug))")
            .map { (try $0["client_id"], try $0["user_id"]) }
    }

    func find(_ id: UserID) throws -> UserRecord? {
        try read("WHERE client_id = \(clientID) AND id = \(id)").first
    }

    /// Holds the row until the transaction ends.
    func lock(_ id: UserID) throws -> UserRecord? {
        try read("WHERE client_id = \(clientID) AND id = \(id) FOR NO KEY UPDATE").first
    }

    func find(email: String) throws -> UserRecord? {
        try read("WHERE client_id = \(clientID) AND email = \(email)").first
    }

    /// By e-mail.
    func list(after email: String?, limit: Int) throws -> ListSlice<UserRecord> {
        let page = try rows(
            "WHERE client_id = \(clientID) AND email COLLATE \"C\" > \(email ?? "") ORDER BY email COLLATE \"C\" LIMIT \(limit + 1)"
        ).page(limit: limit)
        return ListSlice(records: try page.rows.map(Self.record), hasMore: page.hasMore)
    }

    /// How far these are with signing in.
    func access(of ids: [UserID], at now: Date) throws -> [UserID: UserAccess] {
        let rows = try transaction.query(
            """
            SELECT u.id,
                   CASE WHEN u.password_hash IS NOT NULL THEN 'ready'
                        WHEN EXISTS (SELECT FROM accounts.invitations i
                                      WHERE i.client_id = u.client_id AND i.user_id = u.id AND i.purpose = 'reset') THEN 'reset'
                        ELSE 'invited' END AS state,
                   (SELECT max(i.expires_at) FROM accounts.invitations i
                     WHERE i.client_id = u.client_id AND i.user_id = u.id AND i.accepted_at IS NULL AND i.expires_at > \(now)
                       AND u.password_hash IS NULL) AS link_expires_at,
                   s.count AS session_count, s.last_used_at
              FROM accounts.users u
              CROSS JOIN LATERAL (
                   SELECT count(*) AS count, max(t.created_at) AS last_used_at
                     FROM accounts.sign_ins s
                     JOIN accounts.refresh_tokens t ON t.client_id = s.client_id AND t.sign_in_id = s.id AND t.rotated_at IS NULL
                    WHERE s.client_id = u.client_id AND s.user_id = u.id AND s.revoked_at IS NULL AND s.expires_at > \(now)
                      AND t.expires_at > \(now)) s
             WHERE u.client_id = \(clientID) AND u.id = ANY(\(ids.map(\.uuid)))
            """)
        return try Dictionary(
            uniqueKeysWithValues: rows.map { row in
                (
                    try row["id"],
                    UserAccess(
                        state: .init(rawValue: try row["state"]), linkExpiresAt: try row["link_expires_at"],
                        sessionCount: try row["session_count"], lastUsedAt: try row["last_used_at"])
                )
            })
    }

    /// - Throws: ``AccountsError/emailTaken(field:)``.
    func insert(_ user: UserRecord) throws {
        do {
            try transaction.query(
                """
                INSERT INTO accounts.users
                       (client_id, id, email, name, role, password_hash, creation_digest, disabled_at, created_at, updated_at)
                VALUES (\(clientID), \(user.id), \(user.email), \(user.name), \(user.role), \(user.passwordHash),
                        \(user.creationDigest), \(user.disabledAt), \(user.createdAt), \(user.createdAt))
                """)
        } catch DatabaseError.uniqueViolation(let constraint) where constraint == "users_email_key" {
            throw AccountsError.emailTaken(field: "email")
        }
    }

    func update(_ user: UserRecord, at now: Date) throws {
        try transaction.query(
            """
            UPDATE accounts.users
               SET name = \(user.name), role = \(user.role), password_hash = \(user.passwordHash), disabled_at = \(user.disabledAt),
                   token_version = \(user.tokenVersion), updated_at = \(now)
             WHERE client_id = \(clientID) AND id = \(user.id)
            """)
    }

    /// Replaces the hash that was checked, not one that somebody set in the meantime.
    /// - Returns: false if somebody did.
    func replacePasswordHash(of id: UserID, _ old: String, by new: String, at now: Date) throws -> Bool {
        try transaction.query(
            """
            UPDATE accounts.users SET password_hash = \(new), updated_at = \(now)
             WHERE client_id = \(clientID) AND id = \(id) AND password_hash = \(old)
            """
        ).affected == 1
    }

    /// Administrators besides `id` who may sign in.
    /// - Parameter withPassword: only those who could sign in right now.
    func countOtherAdministrators(than id: UserID, withPassword: Bool) throws -> Int {
        try transaction.query(
            """
            SELECT count(*) AS count FROM accounts.users
             WHERE client_id = \(clientID) AND id <> \(id) AND role = \(Role.administrator) AND disabled_at IS NULL
               AND (password_hash IS NOT NULL OR NOT \(withPassword))
            """)[0]["count"]
    }

    private func read(_ condition: SQL) throws -> [UserRecord] { try rows(condition).map(Self.record) }

    private func rows(_ condition: SQL) throws -> Rows {
        try transaction.query("SELECT \(Self.columns) FROM accounts.users \(condition)")
    }

    private static func record(_ row: Row) throws -> UserRecord {
        UserRecord(
            clientID: try row["client_id"], id: try row["id"], email: try row["email"], name: try row["name"], role: try row["role"],
            passwordHash: try row["password_hash"], creationDigest: try row["creation_digest"], disabledAt: try row["disabled_at"],
            createdAt: try row["created_at"], tokenVersion: try row["token_version"])
    }
}

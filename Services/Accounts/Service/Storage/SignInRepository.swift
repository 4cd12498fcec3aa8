import Contracts
import Foundation
import Storage

/// Sign-ins of the tenant in scope, and the refresh tokens of each.
struct SignInRepository {
    /// A refresh token with the sign-in it belongs to.
    struct Found {
        let signInID: UUID
        let userID: UserID
        let state: RefreshRotation.State
        let successorSalt: [UInt8]?
    }

    let transaction: Transaction
    let clientID: TenantID

    /// A new sign-in and its first refresh token. The user's ended ones go at the same time, so that none stay for ever.
    /// - Returns: its id.
    func begin(userID: UserID, token: SecretToken, from origin: SignInOrigin, at now: Date) throws -> UUID {
        let id = UUID.version7(at: now)
        let end = now.addingTimeInterval(RefreshRotation.signInSeconds)
        try transaction.pipeline([
            "DELETE FROM accounts.sign_ins WHERE client_id = \(clientID) AND user_id = \(userID) AND expires_at < \(now)",
            """
            INSERT INTO accounts.sign_ins (client_id, id, user_id, created_at, expires_at, address, device)
            VALUES (\(clientID), \(id), \(userID), \(now), \(end), \(origin.address), \(origin.device))
            """,
            insertion(token, signInID: id, at: now),
        ])
        return id
    }

    /// Holds the sign-in until the transaction ends: its tokens rotate one after the other.
    func lock(_ token: SecretToken) throws -> Found? {
        let held = try transaction.query(
            """
            SELECT s.id FROM accounts.sign_ins s
             WHERE s.client_id = \(clientID)
               AND s.id = (SELECT t.sign_in_id FROM accounts.refresh_tokens t
                            WHERE t.client_id = \(clientID) AND t.token_hash = \(token.hash))
               FOR NO KEY UPDATE
            """)
        guard !held.isEmpty else { return nil }
        // Read again under the lock: another replica may have rotated it while we waited.
        let rows = try transaction.query(
            """
            SELECT s.id, s.user_id, s.expires_at AS sign_in_expires_at, s.revoked_at, t.expires_at, t.rotated_at, t.successor_salt,
                   EXISTS (SELECT FROM accounts.refresh_tokens n
                            WHERE n.client_id = t.client_id AND n.token_hash = t.successor_hash AND n.rotated_at IS NOT NULL) AS is_successor_used,
                   u.disabled_at IS NULL AS is_user_active
              FROM accounts.refresh_tokens t
              JOIN accounts.sign_ins s ON s.client_id = t.client_id AND s.id = t.sign_in_id
              JOIN accounts.users u ON u.client_id = s.client_id AND u.id = s.user_id
             WHERE t.client_id = \(clientID) AND t.token_hash = \(token.hash)
            """)
        return try rows.first.map { row in
            var state = RefreshRotation.State(expiresAt: try row["expires_at"], signInExpiresAt: try row["sign_in_expires_at"])
            state.rotatedAt = try row["rotated_at"]
            state.isSuccessorUsed = try row["is_successor_used"]
            state.isSignInRevoked = try row.decode("revoked_at", as: Date?.self) != nil
            state.isUserActive = try row["is_user_active"]
            return Found(signInID: try row["id"], userID: try row["user_id"], state: state, successorSalt: try row["successor_salt"])
        }
    }

    func rotate(_ token: SecretToken, to successor: SecretToken, salt: [UInt8], signInID: UUID, at now: Date) throws {
        try transaction.pipeline([
            """
            UPDATE accounts.refresh_tokens
               SET rotated_at = \(now), successor_salt = \(salt), successor_hash = \(successor.hash)
             WHERE client_id = \(clientID) AND token_hash = \(token.hash)
            """,
            insertion(successor, signInID: signInID, at: now),
            """
            DELETE FROM accounts.refresh_tokens
             WHERE client_id = \(clientID) AND sign_in_id = \(signInID)
               AND rotated_at < \(now.addingTimeInterval(-RefreshRotation.retiredKeptSeconds))
            """,
        ])
    }

    /// - Returns: false if there is none that goes on.
    func revoke(_ signInID: UUID, of userID: UserID, at now: Date) throws -> Bool {
        try transaction.query(
            """
            UPDATE accounts.sign_ins SET revoked_at = \(now)
             WHERE client_id = \(clientID) AND id = \(signInID) AND user_id = \(userID) AND revoked_at IS NULL
            """
        ).affected == 1
    }

    func goesOn(_ signInID: UUID, of userID: UserID) throws -> Bool {
        let rows = try transaction.query(
            """
            SELECT FROM accounts.sign_ins
             WHERE client_id = \(clientID) AND id = \(signInID) AND user_id = \(userID) AND revoked_at IS NULL
            """)
        return !rows.isEmpty
    }

    /// Whose sign-in a refresh token belongs to, without holding it.
    func owner(of token: SecretToken) throws -> (signInID: UUID, userID: UserID)? {
        try transaction.query(
            """
            SELECT s.id, s.user_id FROM accounts.refresh_tokens t
              JOIN accounts.sign_ins s ON s.client_id = t.client_id AND s.id = t.sign_in_id
             WHERE t.client_id = \(clientID) AND t.token_hash = \(token.hash)
            """
        ).first.map { (try $0["id"], try $0["user_id"]) }
    }

    /// Ends every sign-in of the user.
    /// - Parameter kept: the refresh token of the one that goes on.
    /// - Returns: how many.
    @discardableResult
    func revokeAll(of userID: UserID, except kept: SecretToken? = nil, at now: Date) throws -> Int {
        try transaction.query(
            """
            UPDATE accounts.sign_ins SET revoked_at = \(now)
             WHERE client_id = \(clientID) AND user_id = \(userID) AND revoked_at IS NULL
               AND id IS DISTINCT FROM (SELECT sign_in_id FROM accounts.refresh_tokens
                                         WHERE client_id = \(clientID) AND token_hash = \(kept?.hash))
            """
        ).affected
    }

    /// Those that go on, the one used last first.
    func list(of userID: UserID, at now: Date, limit: Int) throws -> [SignInSummary] {
        let rows = try transaction.query(
            """
            SELECT s.id, s.created_at, s.expires_at, s.address, s.device, t.created_at AS last_used_at
              FROM accounts.sign_ins s
              JOIN accounts.refresh_tokens t ON t.client_id = s.client_id AND t.sign_in_id = s.id AND t.rotated_at IS NULL
             WHERE s.client_id = \(clientID) AND s.user_id = \(userID) AND s.revoked_at IS NULL AND s.expires_at > \(now)
               AND t.expires_at > \(now)
             ORDER BY t.created_at DESC, s.id LIMIT \(limit)
            """)
        return try rows.map { row in
            SignInSummary(
                id: try row["id"], createdAt: try row["created_at"], lastUsedAt: try row["last_used_at"],
                expiresAt: try row["expires_at"], address: try row["address"], device: try row["device"])
        }
    }

    /// Whether the user has such a sign-in, ended or not.
    func knows(_ signInID: SignInID, of userID: UserID) throws -> Bool {
        try !transaction.query(
            "SELECT FROM accounts.sign_ins WHERE client_id = \(clientID) AND id = \(signInID) AND user_id = \(userID)"
        ).isEmpty
    }

    private func insertion(_ token: SecretToken, signInID: UUID, at now: Date) -> SQL {
        """
        INSERT INTO accounts.refresh_tokens (client_id, token_hash, sign_in_id, created_at, expires_at)
        VALUES (\(clientID), \(token.hash), \(signInID), \(now), \(now.addingTimeInterval(RefreshRotation.idleSeconds)))
        """
    }
}

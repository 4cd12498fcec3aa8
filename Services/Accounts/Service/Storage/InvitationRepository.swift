import Contracts
import Foundation
import Storage

/// Invitations of the tenant in scope.
struct InvitationRepository {
    struct Found {
        let userID: UserID
        let expiresAt: Date
        let acceptedAt: Date?
    }

    let transaction: Transaction
    let clientID: TenantID

    /// The links given out before end: who has the newest is whom it was meant for.
    func insert(_ token: SecretToken, userID: UserID, purpose: OneTimeLink.Purpose = .invitation, at now: Date) throws -> Date {
        let expiresAt = now.addingTimeInterval(purpose == .reset ? Invitation.resetSeconds : Invitation.seconds)
        try end(all: userID, at: now)
        try transaction.query(
            """
            INSERT INTO accounts.invitations (client_id, token_hash, user_id, created_at, expires_at, purpose)
            VALUES (\(clientID), \(token.hash), \(userID), \(now), \(expiresAt), \(purpose.rawValue))
            """)
        return expiresAt
    }

    /// No link of this user works any more.
    func end(all userID: UserID, at now: Date) throws {
        try transaction.query(
            """
            UPDATE accounts.invitations SET expires_at = \(now)
             WHERE client_id = \(clientID) AND user_id = \(userID) AND accepted_at IS NULL AND expires_at > \(now)
            """)
    }

    /// Whether the user had a password once, which somebody reset since.
    func wasReset(_ userID: UserID) throws -> Bool {
        try !transaction.query(
            "SELECT FROM accounts.invitations WHERE client_id = \(clientID) AND user_id = \(userID) AND purpose = 'reset' LIMIT 1"
        ).isEmpty
    }

    /// Holds the row until the transaction ends: the link works once.
    func lock(_ token: SecretToken) throws -> Found? {
        try find(token, "FOR UPDATE")
    }

    func find(_ token: SecretToken) throws -> Found? {
        try find(token, "")
    }

    /// The user has a password now: every link to set the first one is used.
    func accept(all userID: UserID, at now: Date) throws {
        try transaction.query(
            """
            UPDATE accounts.invitations SET accepted_at = \(now)
             WHERE client_id = \(clientID) AND user_id = \(userID) AND accepted_at IS NULL
            """)
    }

    private func find(_ token: SecretToken, _ lock: SQL) throws -> Found? {
        try transaction.query(
            """
            SELECT user_id, expires_at, accepted_at FROM accounts.invitations
             WHERE client_id = \(clientID) AND token_hash = \(token.hash) \(lock)
            """
        ).first.map { Found(userID: try $0["user_id"], expiresAt: try $0["expires_at"], acceptedAt: try $0["accepted_at"]) }
    }
}

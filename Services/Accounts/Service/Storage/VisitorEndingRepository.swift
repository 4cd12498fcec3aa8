import Contracts
import Foundation
import Storage
import Tokens

/// Which visitors' tokens have ended before their time, in the tenant in scope.
struct VisitorEndingRepository {
    /// Old rows that one ending clears away: more than it adds.
    private static let clearedAtOnce = 20

    let transaction: Transaction
    let clientID: TenantID

    /// What new tokens of this customer must say.
    func version(of customerID: CustomerID) throws -> Int64 {
        let rows = try transaction.query(
            "SELECT valid_from_version FROM accounts.visitor_endings WHERE client_id = \(clientID) AND id = \(customerID)")
        return try rows.first?.decode("valid_from_version", as: Int64?.self) ?? 0
    }

    /// - Parameter browser: nil for a token that an older accounts signed.
    func hasEnded(_ customerID: CustomerID, browser: EntityID?, version: Int64) throws -> Bool {
        let rows = try transaction.query(
            """
            SELECT FROM accounts.visitor_endings
             WHERE client_id = \(clientID)
               AND (id = \(customerID) AND valid_from_version > \(version) OR id = \(browser?.uuid) AND valid_from_version IS NULL)
            """)
        return !rows.isEmpty
    }

    /// - Parameter browser: nil ends all the customer's tokens.
    func end(_ customerID: CustomerID, browser: EntityID?, at now: Date) throws -> AccessEnded {
        // Milliseconds, so that it grows although the row of an earlier ending may be gone.
        let version: Int64? = browser == nil ? Int64(now.timeIntervalSince1970 * 1000) : nil
        let results = try transaction.pipeline([
            """
            INSERT INTO accounts.visitor_endings AS e (client_id, id, valid_from_version, ended_at)
            VALUES (\(clientID), \(browser?.uuid ?? customerID.uuid), \(version), \(now))
            ON CONFLICT (client_id, id) DO UPDATE
               SET valid_from_version = greatest(e.valid_from_version + 1, EXCLUDED.valid_from_version), ended_at = EXCLUDED.ended_at
            RETURNING valid_from_version
            """,
            """
            DELETE FROM accounts.visitor_endings
             WHERE client_id = \(clientID)
               AND id IN (SELECT id FROM accounts.visitor_endings
                           WHERE client_id = \(clientID) AND ended_at < \(now.addingTimeInterval(-Double(OwnClaims.Kind.visitor.seconds) - 3600))
                           ORDER BY ended_at LIMIT \(Self.clearedAtOnce) FOR UPDATE SKIP LOCKED)
            """,
        ])
        return AccessEnded(
            holder: EntityID(customerID.uuid), sessionID: browser,
            validFromVersion: try results[0].first?.decode("valid_from_version", as: Int64?.self))
    }
}

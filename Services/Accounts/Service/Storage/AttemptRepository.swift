import Contracts
import Foundation
import Storage

/// Counts attempts, whoever the tenant will be: a bucket that holds ``AttemptLimit/burst`` and gets one back every
/// ``AttemptLimit/secondsPerAttempt``. The row says when it will be full again.
struct AttemptRepository {
    /// Rows of full buckets that one attempt clears away: more than it can add.
    private static let clearedAtOnce = 20

    let transaction: Transaction

    /// - Throws: ``AccountsError/tooManyAttempts(retryAfterSeconds:)``.
    func take(_ key: [UInt8], at now: Date) throws {
        let latest = now.addingTimeInterval(Double(AttemptLimit.burst - 1) * AttemptLimit.secondsPerAttempt)
        let seconds = AttemptLimit.secondsPerAttempt
        let results = try transaction.pipeline([
            """
            INSERT INTO accounts.sign_in_attempts AS a (key, full_at)
            VALUES (\(key), \(now.addingTimeInterval(seconds)))
            ON CONFLICT (key) DO UPDATE SET full_at = greatest(a.full_at, \(now)) + make_interval(secs => \(seconds))
             WHERE a.full_at <= \(latest)
            RETURNING full_at
            """,
            "SELECT full_at FROM accounts.sign_in_attempts WHERE key = \(key)",
            """
            DELETE FROM accounts.sign_in_attempts
             WHERE key IN (SELECT key FROM accounts.sign_in_attempts WHERE full_at < \(now) ORDER BY full_at
                            LIMIT \(Self.clearedAtOnce) FOR UPDATE SKIP LOCKED)
            """,
        ])
        guard results[0].isEmpty else { return }
        let fullAt: Date = try results[1].first?["full_at"] ?? now
        throw AccountsError.tooManyAttempts(retryAfterSeconds: max(1, Int(fullAt.timeIntervalSince(latest).rounded(.up))))
    }

    /// Somebody proved to be who they say.
    func forget(_ key: [UInt8]) throws {
        try transaction.query("DELETE FROM accounts.sign_in_attempts WHERE key = \(key)")
    }
}

import Contracts
import Foundation
import Storage

/// Counts attempts, whoever the tenant will be: buckets of ``AttemptLimit``. A row says when its bucket will be full again.
struct AttemptRepository {
    /// Rows of full buckets that one attempt clears away: more than it can add.
    private static let clearedAtOnce = 20

    let transaction: Transaction

    /// - Throws: ``AccountsError/tooManyAttempts(retryAfterSeconds:)``.
    func take(_ key: AttemptLimit.Key, _ limit: AttemptLimit, at now: Date) throws {
        let latest = now.addingTimeInterval(Double(limit.burst - 1) * limit.secondsPerAttempt)
        let seconds = limit.secondsPerAttempt
        let results = try transaction.pipeline([
            """
            INSERT INTO accounts.sign_in_attempts AS a (key, full_at)
            VALUES (\(key.bytes), \(now.addingTimeInterval(seconds)))
            ON CONFLICT (key) DO UPDATE SET full_at = greatest(a.full_at, \(now)) + make_interval(secs => \(seconds))
             WHERE a.full_at <= \(latest)
            RETURNING full_at
            """,
            "SELECT full_at FROM accounts.sign_in_attempts WHERE key = \(key.bytes)",
            """
            DELETE FROM accounts.sign_in_attempts
             WHERE key IN (SELECT key FROM accounts.sign_in_attempts WHERE full_at < \(now) ORDER BY full_at
                            LIMIT \(Self.clearedAtOnce) FOR UPDATE SKIP LOCKED)
            """,
        ])
        guard results[0].isEmpty else { return }
        let fullAt: Date = try results[1].first?["full_at"] ?? now
        throw AccountsError.tooManyAttempts(retryAfterSeconds: max(1, Int(saturating: fullAt.timeIntervalSince(latest).rounded(.up))))
    }

    /// - Returns: how many attempts more than the limit allows are not forgotten yet; 0: none.
    func excess(_ key: AttemptLimit.Key, _ limit: AttemptLimit, at now: Date) throws -> Int {
        let rows = try transaction.query("SELECT full_at FROM accounts.sign_in_attempts WHERE key = \(key.bytes)")
        guard let fullAt: Date = try rows.first?["full_at"] else { return 0 }
        let taken = fullAt.timeIntervalSince(now) / limit.secondsPerAttempt
        return max(0, Int(taken.rounded(.up)) - limit.burst)
    }

    /// Counts an attempt that is refused by nothing. Ever more of them are remembered for a day at most.
    func count(_ key: AttemptLimit.Key, _ limit: AttemptLimit, at now: Date) throws {
        try transaction.query(
            """
            INSERT INTO accounts.sign_in_attempts AS a (key, full_at)
            VALUES (\(key.bytes), \(now.addingTimeInterval(limit.secondsPerAttempt)))
            ON CONFLICT (key) DO UPDATE
               SET full_at = least(greatest(a.full_at, \(now)) + make_interval(secs => \(limit.secondsPerAttempt)),
                                   \(now.addingTimeInterval(86_400)))
            """)
    }

    /// An attempt that was none after all.
    func giveBack(_ key: AttemptLimit.Key, _ limit: AttemptLimit) throws {
        try transaction.query(
            """
            UPDATE accounts.sign_in_attempts SET full_at = full_at - make_interval(secs => \(limit.secondsPerAttempt))
             WHERE key = \(key.bytes)
            """)
    }

    /// Somebody proved to be who they say.
    func forget(_ key: AttemptLimit.Key) throws {
        try transaction.query("DELETE FROM accounts.sign_in_attempts WHERE key = \(key.bytes)")
    }
}

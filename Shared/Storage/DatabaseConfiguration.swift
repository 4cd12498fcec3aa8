import Foundation

/// Where the database is and how patiently we use it. Never prints its URL: it carries a password.
package struct DatabaseConfiguration: Sendable, CustomStringConvertible, CustomReflectable {
    /// `postgres://user:password@host:port/database`, or libpq's `key=value` form.
    package var url: String
    /// File whose first line is the password, instead of one in the URL. Read anew for each connection, so a changed password needs no restart.
    package var passwordFile: String?
    /// Threads, each with its own connection. Bounds what this process asks of PostgreSQL at the same time.
    package var poolSize: Int
    /// How many jobs may wait for a connection. Beyond it: ``DatabaseError/unavailable(_:)``, so that callers are told
    /// while they can still do something. 1,024 jobs of a millisecond on four connections are a quarter of a second.
    package var waitingMax = 1024
    /// How long a job may wait for a connection; then ``DatabaseError/unavailable(_:)``.
    package var waitMax = Duration.seconds(3)
    /// How long jobs still wait once no connection can be made; then, and until one can: ``DatabaseError/unavailable(_:)`` at once.
    /// A server that restarts cleanly is back in less; a request's budget is ten times as long, so whoever asks gets a reason and not silence.
    package var unreachablePatience = Duration.milliseconds(500)
    /// Prepared statements kept per connection; the least recently used one makes room. A service has some hundred.
    package var preparedStatementsMax = 256
    /// For TCP, TLS and sign-in together. Unit: whole seconds, at least 2. Source: libpq, `connect_timeout`.
    package var connectTimeout = Duration.seconds(3)
    /// A statement that runs longer is cancelled by the server: ``DatabaseError/statementTimeout``. Zero: no limit.
    package var statementTimeout = Duration.seconds(5)
    /// A lock that is not granted in this time: ``DatabaseError/lockTimeout``. Zero: no limit.
    package var lockTimeout = Duration.seconds(2)
    /// The server ends sessions that sit in a transaction for longer than this. Zero: no limit.
    package var idleInTransactionTimeout = Duration.seconds(10)
    /// A server that owes an answer and says nothing for this long counts as lost. Counted anew with each statement's answer, and longer
    /// than `statementTimeout`, which it enforces itself: so a slow statement is never taken for a dead connection. COMMIT alone may
    /// take longer (a disk that hangs, a standby that is away); then nobody knows whether it happened, and whoever asked asks again.
    package var responseTimeout = Duration.seconds(7)
    /// First pause after a failed connection attempt; doubles up to `reconnectPauseMax`, with half of it at random.
    package var reconnectPause = Duration.milliseconds(50)
    package var reconnectPauseMax = Duration.seconds(2)
    /// Seen in `pg_stat_activity`.
    package var applicationName = "switchboard"

    package init(url: String, passwordFile: String? = nil, poolSize: Int = 4) {
        self.url = url
        self.passwordFile = passwordFile
        self.poolSize = max(1, poolSize)
    }

    package var description: String { "DatabaseConfiguration(poolSize: \(poolSize))" }
    package var customMirror: Mirror { Mirror(self, children: ["poolSize": poolSize]) }
}

extension Duration {
    /// Rounded down; what PostgreSQL's settings are written in.
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}

import Logging
import Storage

/// How a loop over many rows treats one that fails: it is said, counted for the alert `WorkSetAside`, and the loop goes on with the next.
/// Nothing that somebody could store may stop a loop that works for everybody.
///
/// Whoever loops moves a row with a time of its own to ``pause`` from now, in the database, so that it neither comes first again nor keeps
/// later ones from being looked at; and goes through tenants page by page, so that each has its turn.
package struct SetAside: Sendable {
    /// After so long it is tried again: rarely enough to cost nothing, and soon enough for a cause that went away.
    package static let pause = Duration.seconds(60)
    /// The same, for statements.
    package static let pauseSeconds = 60.0

    private let name: String
    private let count: Counter
    private let logger: Logger

    /// - Parameter name: of the loop, in few words; a label of the metric.
    package init(_ name: String, metrics: MetricsRegistry, logger: Logger) {
        self.name = name
        self.logger = logger
        count = metrics.counter(
            "switchboard_set_aside_total", "Rows, tenants or events that a loop could not do and passed over; should stay 0.",
            labels: ["loop": name])
    }

    /// Works for one of many.
    /// - Returns: nil if it failed.
    /// - Throws: what concerns all of them: the database is away, or we stop.
    package func attempt<Result>(_ whose: @autoclosure () -> Logger.Metadata, _ body: () async throws -> Result) async throws -> Result? {
        do {
            return try await body()
        } catch {
            if Self.concernsEverything(error) { throw error }
            note(error, whose())
            return nil
        }
    }

    /// The database is away, or we stop: no row is to blame.
    package static func concernsEverything(_ error: any Error) -> Bool {
        error is CancellationError || (error as? DatabaseError)?.concernsEverything == true
    }

    package func note(_ error: any Error, _ whose: Logger.Metadata) {
        count.add()
        logger.error("\(name): set aside", metadata: whose.merging(["reason": "\(Self.reason(error))"]) { $1 })
    }

    /// Errors of the database hold no values; of others the type's name is said.
    private static func reason(_ error: any Error) -> String {
        (error as? DatabaseError).map { "\($0)" } ?? String(reflecting: Swift.type(of: error))
    }
}

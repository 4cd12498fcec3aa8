import Foundation

/// What tests put in place of the database's clock.
package struct TurnConditions: Sendable {
    /// How far ahead of the database's clock it is, in seconds.
    let secondsAhead: @Sendable () -> Double
    /// What it shows, wherever the database's clock is; nil: it goes on with that one.
    let instant: @Sendable () -> Date?

    package static let standard = TurnConditions { 0 }

    package init(instant: @escaping @Sendable () -> Date? = { nil }, secondsAhead: @escaping @Sendable () -> Double) {
        self.secondsAhead = secondsAhead
        self.instant = instant
    }
}

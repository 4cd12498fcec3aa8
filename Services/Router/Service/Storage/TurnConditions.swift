/// What tests put in place of the database's clock.
package struct TurnConditions: Sendable {
    /// How far ahead of the database's clock it is, in seconds.
    let secondsAhead: @Sendable () -> Double

    package static let standard = TurnConditions { 0 }

    package init(secondsAhead: @escaping @Sendable () -> Double) {
        self.secondsAhead = secondsAhead
    }
}

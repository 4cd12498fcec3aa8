/// A connection that speaks something else than HTTP from now on.
package struct UpgradedConnection: Sendable {
    /// Runs until it ends.
    package let run: @Sendable () async throws -> Void

    package init(run: @escaping @Sendable () async throws -> Void) {
        self.run = run
    }
}

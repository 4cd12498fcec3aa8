/// Waits for something that happens outside the test's own calls: on a thread, in PostgreSQL, in another process. Ends as soon as
/// it holds; generous, because a slow machine is no failure.
/// - Throws: ``NeverHappened`` naming it.
package func eventually(_ what: String, within patience: Duration = .seconds(90), _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + patience
    while !(try await condition()) {
        guard ContinuousClock.now < deadline else { throw NeverHappened(description: "never happened: \(what)") }
        try await Task.sleep(for: .milliseconds(2))
    }
}

package struct NeverHappened: Error, CustomStringConvertible {
    package let description: String
}

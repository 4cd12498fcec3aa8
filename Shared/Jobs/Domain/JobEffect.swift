/// What a kind of job does, and how it finds out afterwards whether it was done. Runs outside of any transaction.
package struct JobEffect: Sendable {
    package let kind: JobKind
    let run: @Sendable (Job) async throws -> JobOutcome
    let lookUp: (@Sendable (Job) async throws -> JobLookUp)?

    /// - Parameters:
    ///   - run: one attempt. Must heed cancellation: it is cancelled when it takes too long, when its lease is lost, and when the process
    ///     stops. What it throws counts as ``JobOutcome/unknown(_:)``.
    ///   - lookUp: asks the provider whether the job was done. What it throws counts as still unknown.
    package init(
        _ kind: JobKind, run: @escaping @Sendable (Job) async throws -> JobOutcome,
        lookUp: (@Sendable (Job) async throws -> JobLookUp)? = nil
    ) {
        self.kind = kind
        self.run = run
        self.lookUp = lookUp
    }
}

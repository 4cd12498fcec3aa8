import Contracts

/// What an attempt came to. An effect that throws says ``unknown(_:)``, since it may have happened before.
package enum JobOutcome: Sendable, Equatable {
    /// It happened.
    case done
    /// It certainly did not happen, and may be tried again.
    /// - Parameter after: what the provider asked for (`Retry-After`); it is waited at least so long.
    case retry(after: Duration? = nil, JobFailure)
    /// It did not happen, and never will: the provider refused it.
    case failed(JobFailure)
    /// It may have happened: the answer did not come, or could not be read.
    case unknown(JobFailure)
}

/// Where a side effect outside stands. Source: contracts.md, section 14.
package enum JobState: String, Codable, Sendable, CaseIterable {
    /// Waits for its turn, or for its next attempt.
    case queued
    /// Somebody holds it, until the lease ends.
    case running
    case done
    /// It did not happen and will not, unless somebody says so; or it was given up by hand.
    case failed
    /// It may have happened. Never repeated by itself.
    case unknown
}

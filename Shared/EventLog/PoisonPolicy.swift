/// What becomes of events whose effect fails. Pure: counts, and decides.
package struct PoisonPolicy: Sendable {
    /// How often a batch is tried before its events are tried one by one.
    package static let batchAttemptsMax = 5
    /// How often a single one is tried then, before it is parked with its key.
    package static let singleAttemptsMax = 2
    /// First and longest pause between attempts; doubled in between.
    package static let pauseMin = Duration.milliseconds(50)
    package static let pauseMax = Duration.seconds(1)

    package enum Step: Equatable {
        case wholeBatch
        case firstEventOnly
        case parkFirstEvent(reason: String)
    }

    private var failures = 0
    private var singleFailures = 0
    /// Up to here events go one by one.
    private var singlyThrough: Int64?
    private var reason = ""

    package init() {}

    /// What to do with a batch from `first` on.
    package func step(first: Int64) -> Step {
        guard let singlyThrough, first <= singlyThrough else { return .wholeBatch }
        return singleFailures >= Self.singleAttemptsMax ? .parkFirstEvent(reason: reason) : .firstEventOnly
    }

    /// - Parameters:
    ///   - last: of the batch as it was handed out, even if only its first event was tried.
    ///   - reason: kept with a parked event; never personal data.
    /// - Returns: how long to wait.
    package mutating func failed(step: Step, last: Int64, reason: String) -> Duration {
        self.reason = reason
        switch step {
        case .wholeBatch:
            failures += 1
            if failures >= Self.batchAttemptsMax {
                singlyThrough = last
                singleFailures = 0
                return .zero
            }
            return min(Self.pauseMin * (1 << min(failures - 1, 10)), Self.pauseMax)
        case .firstEventOnly:
            singleFailures += 1
            return Self.pauseMin
        case .parkFirstEvent:
            return Self.pauseMax
        }
    }

    package mutating func succeeded(through sequence: Int64) {
        failures = 0
        singleFailures = 0
        if let singlyThrough, sequence >= singlyThrough { self.singlyThrough = nil }
    }
}

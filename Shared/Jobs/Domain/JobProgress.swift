import Contracts
import Foundation

/// Where a job stands, and what becomes of it: state × event → state. No I/O, no clock, no chance of its own. An event that means
/// nothing in a state is nil, and changes nothing.
///
/// `failed` means that it did not happen: what ran out of attempts or time and may have happened in one of them is `unknown`.
package struct JobProgress: Sendable, Equatable {
    package var state: JobState
    /// Attempts begun, ever. Fences: an answer counts for the attempt that it belongs to.
    package var attempt: Int
    /// Attempts begun since it was made, or retried by hand.
    package var tries: Int
    /// When it was made, or retried by hand.
    package var triedSince: Date
    package var notBefore: Date
    package var leaseUntil: Date?
    /// An attempt ended without an answer, and nothing has cleared it up since.
    package var mayHaveHappened: Bool
    package var lookUps: Int
    /// When the provider is asked next; nil unless it is unknown and will be asked.
    package var lookUpAt: Date?
    package var lastError: JobFailure?
    package var finishedAt: Date?

    /// Newly made.
    package init(queuedAt now: Date, notBefore: Date? = nil) {
        state = .queued
        attempt = 0
        tries = 0
        triedSince = now
        self.notBefore = notBefore ?? now
        mayHaveHappened = false
        lookUps = 0
    }

    package init(
        state: JobState, attempt: Int, tries: Int, triedSince: Date, notBefore: Date, leaseUntil: Date?, mayHaveHappened: Bool,
        lookUps: Int, lookUpAt: Date?, lastError: JobFailure?, finishedAt: Date?
    ) {
        self.state = state
        self.attempt = attempt
        self.tries = tries
        self.triedSince = triedSince
        self.notBefore = notBefore
        self.leaseUntil = leaseUntil
        self.mayHaveHappened = mayHaveHappened
        self.lookUps = lookUps
        self.lookUpAt = lookUpAt
        self.lastError = lastError
        self.finishedAt = finishedAt
    }

    // MARK: Events

    /// A worker takes it: it runs, or is found too old and ends.
    package func claimed(of kind: JobKind, lease: Duration, at now: Date) -> JobProgress? {
        guard state == .queued, notBefore <= now else { return nil }
        guard now <= triedSince + kind.ageMax.seconds else { return ended(by: lastError ?? .tooOld, at: now) }
        var next = self
        next.state = .running
        next.attempt += 1
        next.tries += 1
        next.leaseUntil = now + lease.seconds
        return next
    }

    /// Its worker still works on it.
    package func renewed(attempt: Int, lease: Duration, at now: Date) -> JobProgress? {
        guard state == .running, attempt == self.attempt else { return nil }
        var next = self
        next.leaseUntil = now + lease.seconds
        return next
    }

    /// An attempt came to its end. One that comes after its lease was taken away still counts where nobody began another attempt: it clears
    /// up what is unknown, and what is queued again need not be sent if it is done.
    /// - Parameter chance: from 0 up to 1, for the jitter.
    package func answered(_ outcome: JobOutcome, attempt: Int, of kind: JobKind, hasLookUp: Bool, at now: Date, chance: Double)
        -> JobProgress?
    {
        guard attempt == self.attempt, attempt > 0 else { return nil }
        switch (state, outcome) {
        case (.running, _), (.unknown, .done), (.unknown, .failed), (.unknown, .retry), (.queued, .done): break
        default: return nil
        }
        switch outcome {
        case .done: return finished(.done, nil, at: now)
        case .failed(let failure): return finished(.failed, failure, at: now)
        case .retry(let after, let failure): return requeued(after: after, failure, of: kind, at: now, chance: chance)
        case .unknown(let failure): return lost(failure, of: kind, hasLookUp: hasLookUp, at: now, chance: chance)
        }
    }

    /// Its worker was not heard of: died, or was cut off.
    package func leaseExpired(of kind: JobKind, hasLookUp: Bool, at now: Date, chance: Double) -> JobProgress? {
        guard state == .running, let leaseUntil, leaseUntil <= now else { return nil }
        return lost(.leaseExpired, of: kind, hasLookUp: hasLookUp, at: now, chance: chance)
    }

    /// A worker begins to ask the provider; if it dies, another asks when its lease has ended.
    package func lookUpBegun(lease: Duration, at now: Date) -> JobProgress? {
        guard state == .unknown, let lookUpAt, lookUpAt <= now else { return nil }
        var next = self
        next.lookUps += 1
        next.lookUpAt = now + lease.seconds
        return next
    }

    /// - Parameter lookUp: which one it was, by ``lookUps``; an older one counts no more.
    package func lookedUp(_ answer: JobLookUp, lookUp: Int, of kind: JobKind, at now: Date, chance: Double) -> JobProgress? {
        guard state == .unknown, lookUpAt != nil, lookUp == lookUps else { return nil }
        switch answer {
        case .done: return finished(.done, nil, at: now)
        case .notDone:
            var next = self
            next.mayHaveHappened = false
            return next.requeued(after: nil, lastError ?? .leaseExpired, of: kind, at: now, chance: chance)
        case .stillUnknown:
            var next = self
            next.lookUpAt = lookUps < kind.lookUpsMax ? now + kind.lookUpPause.seconds * Double(1 << min(lookUps, 10)) : nil
            return next
        }
    }

    /// Somebody wants it tried now, with all attempts before it.
    package func retriedByHand(at now: Date) -> JobProgress? {
        guard state == .failed || state == .unknown || state == .queued else { return nil }
        var next = self
        next.state = .queued
        next.tries = 0
        next.triedSince = now
        next.notBefore = now
        next.lookUps = 0
        next.lookUpAt = nil
        next.finishedAt = nil
        return next
    }

    /// Somebody decides that it is not tried any more. One whose worker is gone can be given up too: else one of a kind that no
    /// worker knows any more could not be.
    package func givenUpByHand(at now: Date) -> JobProgress? {
        switch state {
        case .failed: return self
        case .queued, .unknown: break
        case .running: if leaseUntil.map({ now < $0 }) ?? false { return nil }
        case .done: return nil
        }
        return finished(.failed, mayHaveHappened || state == .running ? .givenUpUncertain : .givenUp, at: now)
    }

    // MARK: What follows

    private func finished(_ state: JobState, _ failure: JobFailure?, at now: Date) -> JobProgress {
        var next = self
        next.state = state
        next.leaseUntil = nil
        next.lookUpAt = nil
        next.lastError = failure
        next.finishedAt = now
        if state == .done { next.mayHaveHappened = false }
        return next
    }

    /// It ran out of attempts or time.
    private func ended(by failure: JobFailure, at now: Date) -> JobProgress {
        guard mayHaveHappened else { return finished(.failed, failure, at: now) }
        var next = self
        next.state = .unknown
        next.leaseUntil = nil
        next.lookUpAt = nil
        next.lastError = failure
        return next
    }

    private func requeued(after: Duration?, _ failure: JobFailure, of kind: JobKind, at now: Date, chance: Double) -> JobProgress {
        let pause = max(after ?? .zero, kind.backoff.pause(after: tries, chance: chance))
        guard tries < kind.attemptsMax, now + pause.seconds <= triedSince + kind.ageMax.seconds else { return ended(by: failure, at: now) }
        var next = self
        next.state = .queued
        next.leaseUntil = nil
        next.lookUpAt = nil
        next.notBefore = now + pause.seconds
        next.lastError = failure
        return next
    }

    /// Nobody knows whether it happened.
    private func lost(_ failure: JobFailure, of kind: JobKind, hasLookUp: Bool, at now: Date, chance: Double) -> JobProgress {
        var next = self
        next.mayHaveHappened = true
        if kind.isDeduplicatedByProvider {
            let again = next.requeued(after: nil, failure, of: kind, at: now, chance: chance)
            guard again.state == .unknown, hasLookUp else { return again }
        }
        next.state = .unknown
        next.leaseUntil = nil
        next.lastError = failure
        next.lookUps = 0
        next.lookUpAt = hasLookUp && kind.lookUpsMax > 0 ? now + kind.lookUpPause.seconds : nil
        return next
    }
}

extension JobFailure {
    package static let leaseExpired = JobFailure(
        code: "worker-lost", detail: "Whoever worked on it was lost before the answer came.")
    package static let tooOld = JobFailure(code: "too-old", detail: "It waited for longer than its kind may.")
    package static let givenUp = JobFailure(code: "given-up", detail: "Given up by hand.")
    package static let givenUpUncertain = JobFailure(
        code: "given-up", detail: "Given up by hand; it is not known whether it happened.")
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

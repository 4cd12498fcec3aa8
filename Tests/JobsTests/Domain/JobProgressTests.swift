import Contracts
import Foundation
import Jobs
import Testing

private let noon = Date(timeIntervalSince1970: 1_795_262_400)
private let lease = Duration.seconds(30)
private let busy = JobFailure(code: "provider-busy", detail: "The provider is busy.")

private func smsKind(isDeduplicated: Bool = false, attemptsMax: Int = 3) -> JobKind {
    JobKind(
        "send-sms", attemptsMax: attemptsMax, ageMax: .seconds(3600), isDeduplicatedByProvider: isDeduplicated,
        backoff: Backoff(first: .seconds(4), longest: .seconds(60)), lookUpsMax: 2, lookUpPause: .seconds(20))
}

extension JobProgress {
    fileprivate static func running(of kind: JobKind = smsKind()) throws -> JobProgress {
        try #require(JobProgress(queuedAt: noon).claimed(of: kind, lease: lease, at: noon))
    }

    fileprivate func answered(
        _ outcome: JobOutcome, attempt: Int? = nil, of kind: JobKind = smsKind(), hasLookUp: Bool = false, after: Double = 1
    )
        -> JobProgress?
    {
        answered(outcome, attempt: attempt ?? self.attempt, of: kind, hasLookUp: hasLookUp, at: noon + after, chance: 1)
    }
}

@Suite struct `A job's progress` {
    @Test func `from queued to running to done takes one attempt`() throws {
        let queued = JobProgress(queuedAt: noon, notBefore: noon + 60)
        #expect(queued.claimed(of: smsKind(), lease: lease, at: noon + 59) == nil, "not before its time")
        let running = try #require(queued.claimed(of: smsKind(), lease: lease, at: noon + 60))
        #expect(running.state == .running && running.attempt == 1 && running.leaseUntil == noon + 90)
        #expect(running.claimed(of: smsKind(), lease: lease, at: noon + 61) == nil, "nobody takes it twice")
        let done = try #require(running.answered(.done))
        #expect(done.state == .done && done.finishedAt == noon + 1 && done.leaseUntil == nil)
        for late: JobOutcome in [.done, .retry(busy), .failed(busy), .unknown(busy)] { #expect(done.answered(late) == nil) }
        #expect(done.retriedByHand(at: noon) == nil && done.givenUpByHand(at: noon) == nil)
    }

    @Test func `waits between attempts, for longer each time and as long as the provider asks, and fails after the last`() throws {
        var progress = try JobProgress.running()
        progress = try #require(progress.answered(.retry(busy)))
        #expect(progress.state == .queued && progress.notBefore == noon + 1 + 4 && progress.lastError == busy)
        progress = try #require(progress.claimed(of: smsKind(), lease: lease, at: noon + 5))
        #expect(try #require(progress.answered(.retry(busy))).notBefore == noon + 1 + 8)
        let asked = try #require(progress.answered(.retry(after: .seconds(90), busy)))
        #expect(asked.notBefore == noon + 1 + 90, "Retry-After wins over a shorter pause")
        #expect(try #require(progress.answered(.retry(after: .seconds(7200), busy))).state == .failed, "by then it is too old")
        progress = try #require(asked.claimed(of: smsKind(), lease: lease, at: noon + 91))
        let last = try #require(progress.answered(.retry(busy)))
        #expect(last.state == .failed && last.attempt == 3 && last.lastError == busy)
    }

    @Test func `ends when it is too old to help anybody`() throws {
        let old = try #require(JobProgress(queuedAt: noon).claimed(of: smsKind(), lease: lease, at: noon + 3601))
        #expect(old.state == .failed && old.attempt == 0 && old.lastError?.code == "too-old")
    }

    @Test func `of a lost worker is unknown, and is not queued by itself`() throws {
        let running = try JobProgress.running()
        #expect(running.leaseExpired(of: smsKind(), hasLookUp: false, at: noon + 29, chance: 1) == nil, "while the lease lasts")
        let lost = try #require(running.leaseExpired(of: smsKind(), hasLookUp: false, at: noon + 30, chance: 1))
        #expect(lost.state == .unknown && lost.lookUpAt == nil && lost.mayHaveHappened)
        #expect(lost.claimed(of: smsKind(), lease: lease, at: noon + 60) == nil)
        #expect(try #require(running.answered(.unknown(busy))).state == .unknown, "as is one whose call came to nothing")
    }

    @Test func `of a lost worker is queued again where the provider deduplicates, and is unknown when that has no end`() throws {
        let deduplicated = smsKind(isDeduplicated: true)
        var progress = try JobProgress.running(of: deduplicated)
        progress = try #require(progress.leaseExpired(of: deduplicated, hasLookUp: false, at: noon + 30, chance: 0))
        #expect(progress.state == .queued && progress.mayHaveHappened)
        for attempt in 2...3 {
            progress = try #require(progress.claimed(of: deduplicated, lease: lease, at: noon + 100))
            #expect(progress.attempt == attempt)
            progress = try #require(progress.answered(.retry(busy), of: deduplicated, after: 100))
            if attempt == 2 { progress.notBefore = noon }
        }
        #expect(progress.state == .unknown, "it may have happened the first time, so it has not failed")
    }

    @Test func `that is unknown is cleared up by the provider's word, in a bounded number of questions`() throws {
        let unknown = try #require(try JobProgress.running().answered(.unknown(busy), hasLookUp: true))
        #expect(unknown.lookUpAt == noon + 21)
        #expect(unknown.lookUpBegun(lease: lease, at: noon + 20) == nil)
        let asking = try #require(unknown.lookUpBegun(lease: lease, at: noon + 21))
        #expect(asking.state == .unknown && asking.lookUpAt == noon + 51, "if whoever asks dies, another asks")
        func answer(_ answer: JobLookUp, to progress: JobProgress) -> JobProgress? {
            progress.lookedUp(answer, lookUp: progress.lookUps, of: smsKind(), at: noon + 22, chance: 1)
        }
        #expect(try #require(answer(.done, to: asking)).state == .done)
        let again = try #require(answer(.notDone, to: asking))
        #expect(again.state == .queued && !again.mayHaveHappened)
        let still = try #require(answer(.stillUnknown, to: asking))
        #expect(still.lookUpAt == noon + 22 + 40)
        let second = try #require(still.lookUpBegun(lease: lease, at: noon + 62))
        #expect(second.lookedUp(.notDone, lookUp: 1, of: smsKind(), at: noon + 63, chance: 1) == nil, "an older question's answer")
        let left = try #require(answer(.stillUnknown, to: second))
        #expect(left.state == .unknown && left.lookUpAt == nil, "it is left to people")
    }

    @Test func `counts an answer for its own attempt only`() throws {
        let deduplicated = smsKind(isDeduplicated: true)
        let lost = try #require(
            try JobProgress.running(of: deduplicated).leaseExpired(of: deduplicated, hasLookUp: false, at: noon + 30, chance: 0))
        #expect(try #require(lost.answered(.done, of: deduplicated)).state == .done, "it need not be sent again")
        #expect(lost.answered(.failed(busy), of: deduplicated) == nil)
        let second = try #require(lost.claimed(of: deduplicated, lease: lease, at: noon + 60))
        #expect(second.answered(.done, attempt: 1, of: deduplicated) == nil)
        #expect(second.renewed(attempt: 1, lease: lease, at: noon) == nil)
        let unknown = try #require(try JobProgress.running().leaseExpired(of: smsKind(), hasLookUp: false, at: noon + 30, chance: 0))
        #expect(try #require(unknown.answered(.retry(busy))).state == .queued, "the worker was only late, and knows that nothing happened")
        #expect(unknown.answered(.unknown(busy)) == nil)
    }

    @Test func `begins anew by hand, and ends by hand, but not while it runs`() throws {
        let running = try JobProgress.running()
        #expect(running.retriedByHand(at: noon) == nil && running.givenUpByHand(at: noon + 29) == nil)
        #expect(running.givenUpByHand(at: noon + 31)?.state == .failed, "its worker is gone, and its kind may be too")
        let failed = try #require(running.answered(.failed(busy)))
        #expect(failed.givenUpByHand(at: noon) == failed)
        let again = try #require(failed.retriedByHand(at: noon + 5000))
        #expect(again.state == .queued && again.tries == 0 && again.attempt == 1 && again.finishedAt == nil)
        #expect(again.claimed(of: smsKind(), lease: lease, at: noon + 5000)?.attempt == 2)
        let unknown = try #require(running.answered(.unknown(busy), hasLookUp: true))
        #expect(unknown.givenUpByHand(at: noon)?.lastError == .givenUpUncertain)
        #expect(unknown.retriedByHand(at: noon)?.state == .queued)
    }

    @Test func `keeps a provider's words short`() {
        let failure = JobFailure(code: String(repeating: "c", count: 100), detail: "\0" + String(repeating: "é", count: 1000))
        #expect(failure.code.utf8.count == JobFailure.codeBytesMax)
        #expect(failure.detail.utf8.count <= JobFailure.detailBytesMax && !failure.detail.contains("\0"))
    }
}

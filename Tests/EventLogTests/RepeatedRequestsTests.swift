import Bus
import Contracts
import EventLog
import Foundation
import Storage
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct `A request under a client's own key` {
    let database: Database
    let repeated: RepeatedRequests
    let key = RequestKey.random()

    init() async throws {
        database = try await TestDatabase.make([.chat: nil]).database(.chat)
        repeated = RepeatedRequests(service: .chat, database: database)
    }

    private func envelope(_ content: UInt8, subject: Subject = "chat.do") -> RequestEnvelope {
        RequestEnvelope(
            subject: subject, key: key, budget: .seconds(5), clientID: nil, traceparent: nil,
            keyedContent: [UInt8](repeating: content, count: 32), payload: [])
    }

    @Test func `is answered as the first time, and done once`() async {
        let runs = Heard<Int>()
        for attempt in 1...3 {
            let answer = await repeated.answer(envelope(1), keepsReply: true) {
                runs.add(attempt)
                return .reply([UInt8(attempt)])
            }
            #expect(answer == .reply([1]))
        }
        #expect(runs.all == [1])
    }

    @Test func `with other content is refused, also when the reply was not kept`() async {
        for (subject, keepsReply) in [(Subject("chat.do"), true), ("chat.tell-a-secret", false)] {
            #expect(await repeated.answer(envelope(1, subject: subject), keepsReply: keepsReply) { .reply([7]) } == .reply([7]))
            let other = await repeated.answer(envelope(2, subject: subject), keepsReply: keepsReply) {
                Issue.record("it is another request")
                return .reply([8])
            }
            #expect(other == .refusal(Refusal(code: "idempotency-key-reused", details: [:])))
        }
    }

    @Test func `whose reply holds a secret is answered anew, and the secret is not stored`() async throws {
        for attempt in 1...2 {
            let answer = await repeated.answer(envelope(1), keepsReply: false) { .reply([UInt8(attempt)]) }
            #expect(answer == .reply([UInt8(attempt)]))
        }
        let stored = try await database.query(.none, "SELECT response FROM chat.request_log")
        try #require(stored.count == 1)
        #expect(try stored[0]["response"] == [UInt8]())
    }

    @Test func `may be corrected after a refusal, and tried again after trouble`() async {
        let refusal = Answer.refusal(Refusal(code: "text-empty", details: [:]))
        #expect(await repeated.answer(envelope(1), keepsReply: true) { refusal } == refusal)
        let trouble = Answer.failure(.unavailable(retryAfter: .seconds(1)))
        #expect(await repeated.answer(envelope(2), keepsReply: true) { trouble } == trouble)
        #expect(await repeated.answer(envelope(2), keepsReply: true) { .reply([2]) } == .reply([2]))
    }

    @Test func `asks its twin to come back while it runs`() async {
        let answer = await repeated.answer(envelope(1), keepsReply: true) {
            let twin = await repeated.answer(envelope(1), keepsReply: true) {
                Issue.record("the first one still runs")
                return .reply([9])
            }
            guard case .failure(.unavailable) = twin else {
                Issue.record("the twin was answered \(twin)")
                return .reply([0])
            }
            return .reply([1])
        }
        #expect(answer == .reply([1]))
    }

    @Test func `runs again when the process that began it never came to its end`() async throws {
        let runs = Heard<Int>()
        _ = await repeated.answer(envelope(1), keepsReply: true) {
            runs.add(1)
            return .reply([1])
        }
        // As a process leaves it that was killed before it kept the reply.
        let left = try await database.query(
            .none, "UPDATE chat.request_log SET response = NULL, created_at = clock_timestamp() - interval '1 minute'")
        try #require(left.affected == 1)
        let answer = await repeated.answer(envelope(1), keepsReply: true) {
            runs.add(2)
            return .reply([1])
        }
        #expect(answer == .reply([1]))
        #expect(runs.all == [1, 2])
    }

    @Test func `stands beside another subject under the same key, which one call may need`() async {
        #expect(await repeated.answer(envelope(1), keepsReply: true) { .reply([1]) } == .reply([1]))
        #expect(await repeated.answer(envelope(1, subject: "chat.do-more"), keepsReply: true) { .reply([2]) } == .reply([2]))
    }
}

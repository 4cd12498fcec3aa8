import Bus
import Contracts
import EventLog
import Foundation
import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct `A repeated request` {
    struct Refused: Error {}
    struct Reply: Codable, Equatable { let number: Int }

    let database: Database
    let key = RequestKey.random()

    init() async throws { database = try await TestDatabase.make([.chat: nil]).database(.chat) }

    private func record(_ request: String = "{}") -> IdempotencyRecord {
        IdempotencyRecord(service: .chat, key: key, subject: "chat.do", request: Array(request.utf8))
    }

    @Test func `is answered as the first time, and done once`() async throws {
        for attempt in 1...3 {
            let record = record()
            let reply = try await database.transaction(.none) { transaction in
                try record.once(in: transaction) { Reply(number: attempt) }
            }
            #expect(reply == Reply(number: 1))
        }
    }

    @Test func `is done once though its twin runs at the same time`() async throws {
        let runs = Heard<Int>()
        let (record, database) = (record(), database)
        let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
            for number in 0..<8 {
                group.addTask {
                    try await database.transaction(.none) { transaction in
                        try record.once(in: transaction) {
                            runs.add(number)
                            return Reply(number: number)
                        }
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(runs.all.count == 1)
        #expect(replies == Array(repeating: Reply(number: runs.all.first ?? -1), count: 8))
    }

    /// PostgreSQL lets COMMIT wait for a synchronous standby only if the transaction has an id.
    @Test func `is answered by a transaction that waits for the standby`() async throws {
        for isRepeat in [false, true] {
            let record = record()
            let hasID: Bool = try await database.transaction(.none) { transaction in
                _ = try record.once(in: transaction) {
                    #expect(!isRepeat)
                    return Reply(number: 1)
                }
                return try transaction.query("SELECT pg_current_xact_id_if_assigned() IS NOT NULL AS has_id")[0]["has_id"]
            }
            #expect(hasID)
        }
    }

    @Test func `with another body is a conflict`() async throws {
        let (first, other) = (record("1"), record("2"))
        _ = try await database.transaction(.none) { transaction in try first.once(in: transaction) { Reply(number: 1) } }
        await #expect(throws: IdempotencyRecord.Conflict.self) {
            try await database.transaction(.none) { transaction in try other.once(in: transaction) { Reply(number: 2) } }
        }
    }

    @Test func `may be corrected after a refusal, which is not kept`() async throws {
        let (first, corrected) = (record("1"), record("2"))
        await #expect(throws: Refused.self) {
            try await database.transaction(.none) { transaction in
                try first.once(in: transaction) { () throws -> Reply in throw Refused() }
            }
        }
        let reply = try await database.transaction(.none) { transaction in
            try corrected.once(in: transaction) { Reply(number: 2) }
        }
        #expect(reply == Reply(number: 2))
    }
}

import Contracts
import Foundation
import Storage
import TestSupport
import Testing

@Suite struct `Smoke` {
    @Test func `runs`() async throws {
        let test = try await TestDatabase.make([.chat: nil])
        let database = test.database(.chat)
        let id = UUID()
        let (rows, count) = try await database.transaction(.none) { transaction in
            let first = try transaction.query("SELECT \(id) AS id, \([id, UUID()]) AS ids, \("a'b") AS text, \(Optional<Int>.none) AS none")
            let heads = try transaction.query("SELECT part, epoch, last_seq FROM chat.stream_head ORDER BY part FOR UPDATE")
            return (first, heads.count)
        }
        #expect(try rows[0]["id"] == id)
        #expect(try (rows[0]["ids"] as [UUID]).first == id)
        #expect(count == 16)
        #expect(try await RowSecurity.unprotectedTables(in: [.chat], of: database) == [])
    }
}

import Contracts
import Foundation
import Storage
import TestSupport
import Testing

@Suite struct `A statement` {
    @Test func `binds what is interpolated and never makes it text`() {
        let evil = "'; DROP TABLE chat.outbox; --"
        let sql: SQL = "SELECT \(evil), \(7) WHERE \(true)"
        #expect(sql.text == "SELECT $1, $2 WHERE $3")
    }

    @Test func `numbers its parameters through parts and sums`() {
        let condition: SQL = "a = \(1) AND b = \(2)"
        var sql: SQL = "SELECT \(0) WHERE \(condition) OR c = \(3)"
        sql += " LIMIT \(4)"
        #expect(sql.text == "SELECT $1 WHERE a = $2 AND b = $3 OR c = $4 LIMIT $5")
        #expect(("x = \(1)" as SQL + " AND y = \(2)").text == "x = $1 AND y = $2")
    }

    @Test func `quotes identifiers`() {
        let name = #"a"; DROP SCHEMA chat; --"#
        #expect(("SELECT * FROM \(identifier: name)" as SQL).text == #"SELECT * FROM "a""; DROP SCHEMA chat; --""#)
        #expect(("SELECT 1 \(raw: "ORDER BY 1")" as SQL).text == "SELECT 1 ORDER BY 1")
    }

    @Test func `sends text to the server that stays text there`() async throws {
        let database = try await TestDatabase.make([.chat: nil]).database(.chat, poolSize: 1)
        for text in ["'; DROP TABLE chat.outbox; --", "$1", "\\", "it's", "", "日本語 \u{1F600}", "\n\r\t"] {
            let rows = try await database.query(.none, "SELECT \(text) AS text, length(\(text)) AS length")
            #expect(try rows[0]["text"] == text)
            #expect(try rows[0]["length"] == text.unicodeScalars.count)
        }
        #expect(try await database.query(.none, "SELECT count(*) AS count FROM chat.outbox")[0]["count"] == 0)
    }
}

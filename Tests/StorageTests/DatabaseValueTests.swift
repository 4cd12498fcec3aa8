import Contracts
import Foundation
import Storage
import TestSupport
import Testing

@Suite struct `A value` {
    enum Colour: String, CaseIterable { case red, green }

    let database: Database

    init() async throws {
        database = try await TestDatabase.make([.chat: nil]).database(.chat, poolSize: 1)
    }

    /// There and back, alone, as NULL, and in an array with and without NULL.
    private func roundTrip<Value: DatabaseValue & DatabaseElement & Equatable>(_ values: [Value], as type: StaticString) async throws {
        let nullable: [Value?] = values.map { $0 } + [nil] + values
        let rows = try await database.query(
            .none,
            """
            SELECT \(values[0])::\(raw: type) AS one, \(Value?.none)::\(raw: type) AS nothing, \(values) AS all,
                   \([Value]()) AS none, \(nullable) AS nullable, pg_typeof(\(values[0]))::text AS type,
                   cardinality(\(values)) AS count
            """)
        let row = rows[0]
        #expect(try row["one"] == values[0])
        #expect(try row["nothing"] as Value? == nil)
        #expect(try row["one"] as Value? == values[0])
        #expect(try row["all"] == values)
        #expect(try row["none"] as [Value] == [])
        #expect(try row["nullable"] == nullable)
        #expect(try row["type"] == type.description)
        #expect(try row["count"] == values.count)
        let unnested = try await database.query(.none, "SELECT value FROM unnest(\(nullable)) WITH ORDINALITY AS u(value, n) ORDER BY n")
        #expect(try unnested.map { try $0["value"] as Value? } == nullable)
    }

    @Test func `of every type makes a round trip`() async throws {
        try await roundTrip([true, false], as: "boolean")
        try await roundTrip([0, -1, Int.max, Int.min], as: "bigint")
        try await roundTrip([0, -1, Int64.max, Int64.min], as: "bigint")
        try await roundTrip([0, -1, Int32.max, Int32.min], as: "integer")
        try await roundTrip([0, -1.5, .pi, .infinity, .leastNonzeroMagnitude], as: "double precision")
        try await roundTrip(["", "it's", "日本語", "{\"a,b\"}", "NULL"], as: "text")
        try await roundTrip([UUID(), UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))], as: "uuid")
        try await roundTrip([ConversationID.new(), ConversationID.new()], as: "uuid")
        try await roundTrip([[1, 2, 0, 255], [], [UInt8](repeating: 7, count: 70_000)], as: "bytea")
        try await roundTrip(
            [
                ["a": [1, .number(2.5), nil, true, "it's \"quoted\" \\ \u{1}\n日本語"], "b": [:]], .null, 7, "text", [[]],
                .integer(.max), .number(1e300),
            ] as [JSONValue], as: "jsonb")
    }

    @Test func `of time keeps its microseconds, before and after the year 2000`() async throws {
        let dates = ["1969-07-20T20:17:40.123456Z", "2000-01-01T00:00:00Z", "2026-11-21T03:14:15.926535Z", "9999-12-31T23:59:59Z"]
        let instants = dates.compactMap(Timestamp.date)
        #expect(instants.count == dates.count)
        let rows = try await database.query(
            .none,
            """
            SELECT value, value = text::timestamptz AS is_same
              FROM unnest(\(instants), \(dates)) WITH ORDINALITY AS u(value, text, n) ORDER BY n
            """)
        #expect(try rows.map { try $0["is_same"] as Bool } == [true, true, true, true])
        for (row, instant) in zip(rows, instants) {
            #expect(abs(try (row["value"] as Date).timeIntervalSince(instant)) < 0.000_001)
        }
    }

    @Test func `of time that is far away is moved into the years 1 to 9999, and infinity is read`() async throws {
        let far = [-.infinity, -1e300, -9_223_372_036_854.775808, 9_223_372_036_854.775807, 1e300, .infinity, .nan].map {
            Date(timeIntervalSince1970: $0)
        }
        let rows = try await database.query(
            .none, "SELECT value, extract(year FROM value AT TIME ZONE 'UTC')::int AS year FROM unnest(\(far)) AS value")
        #expect(try rows.map { try $0["year"] as Int } == [1, 1, 1, 9999, 9999, 9999, 9999])
        let ends = try await database.query(.none, "SELECT '-infinity'::timestamptz AS first, 'infinity'::timestamptz AS last")
        let (first, last): (Date, Date) = (try ends[0]["first"], try ends[0]["last"])
        #expect(first < Timestamp.earliest && last > Timestamp.latest)
        let again = try await database.query(.none, "SELECT \(first) AS first, \(last) AS last")
        #expect(try again[0]["first"] == Timestamp.earliest)
        #expect(try again[0]["last"] as Date >= Timestamp.latest.addingTimeInterval(-0.001))
    }

    @Test func `of an enum, or of another wrapper of text, is bound and read by its raw value`() async throws {
        let none: Colour? = nil
        let rows = try await database.query(
            .none, "SELECT \(Colour.red) AS colour, \(none) AS nothing, \(Colour.allCases) AS colours, \(Role.agent) AS role")
        let colour: Colour = try rows[0]["colour"]
        let maybe: Colour? = try rows[0]["colour"]
        let nothing: Colour? = try rows[0]["nothing"]
        #expect(colour == .red && maybe == .red && nothing == nil)
        #expect(try rows[0]["colours"] == ["red", "green"])
        #expect(try rows[0]["role"] == Role.agent)
        let unknown = try await database.query(.none, "SELECT 'blue' AS colour")
        #expect(throws: DatabaseError.self) { try unknown[0]["colour"] as Colour }
    }

    @Test func `is not read as something that it is not, and the error names the column and no value`() async throws {
        let rows = try await database.query(.none, "SELECT \("secret") AS note, NULL::text AS nothing, 1.5::numeric AS amount")
        #expect(throws: DatabaseError.decoding("column missing is not in the result")) { try rows[0]["missing"] as String }
        #expect(throws: DatabaseError.decoding("column nothing is NULL")) { try rows[0]["nothing"] as String }
        for wrong in [{ _ = try rows[0]["note"] as Int }, { _ = try rows[0]["amount"] as Double }, { _ = try rows[0]["note"] as UUID }] {
            let error = #expect(throws: DatabaseError.self) { try wrong() }
            #expect(error.map { !"\($0)".contains("secret") } == true)
        }
    }

    @Test func `of smaller integers and floats is read by the wider type`() async throws {
        let rows = try await database.query(
            .none, "SELECT 1::smallint AS small, 2::int AS middle, 3::bigint AS big, 0.5::real AS half, 'x'::varchar AS text")
        #expect(try rows[0]["small"] == 1)
        #expect(try rows[0]["middle"] == 2)
        #expect(try rows[0]["big"] as Int64 == 3)
        #expect(try rows[0]["half"] == 0.5)
        #expect(try rows[0]["text"] == "x")
    }
}

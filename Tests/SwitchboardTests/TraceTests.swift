import ChatService
import Contracts
import Foundation
import Storage
import SwitchboardCommands
import TestSupport
import Testing

@Suite struct `Following a message` {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    @Test func `finds what every service said in its trace, in order, and who has heard it`() async throws {
        let database = try await TestDatabase.make([.chat: ChatService.migrations, .router: nil])
        let superuser = database.superuser()
        let (first, second, parked) = (UUID.version7(), UUID.version7(), UUID.version7())
        func say(_ schema: String, _ sequence: Int64, _ id: UUID, _ subject: String, trace: String, secondsLater: Double) async throws {
            let rows = try await superuser.query(
                .none,
                """
                INSERT INTO \(identifier: schema).outbox (part, seq, event_id, subject, version, audience, key, occurred_at, traceparent, payload)
                VALUES (3, \(sequence), \(id), \(subject), 1, 0, \(id), \(Date(timeIntervalSince1970: 1_790_000_000 + secondsLater)),
                        \("00-\(trace)-00f067aa0ba902b7-01"), '{}')
                """)
            #expect(rows.affected == 1)
        }
        try await say("router", 1, second, "router.second", trace: Self.trace, secondsLater: 1)
        try await say("chat", 7, first, "chat.first", trace: Self.trace, secondsLater: 0)
        try await say("chat", 8, .version7(), "chat.other", trace: String(repeating: "1", count: 32), secondsLater: 0.5)
        _ = try await superuser.query(.none, "INSERT INTO router.cursor (stream, part, seq) VALUES ('chat', 3, 7)")
        _ = try await superuser.query(.none, "INSERT INTO chat.cursor (stream, part, seq) VALUES ('router', 3, 0)")
        _ = try await superuser.query(
            .none,
            """
            INSERT INTO chat.parked (stream, part, seq, epoch, event_id, subject, version, audience, key, occurred_at, traceparent, payload, reason)
            VALUES ('router', 3, 2, \(parked), \(parked), 'router.third', 1, 0, \(parked), clock_timestamp(),
                    \("00-\(Self.trace)-00f067aa0ba902b7-01"), '{}', 'it does not fit')
            """)
        let verifier = Database(DatabaseConfiguration(url: database.verifyURL, poolSize: 1), logger: .tests)
        let expected = ["chat event chat.first 3/7", "router event router.second 3/1", "chat parked router.third: it does not fit 3/2"]
        for text in [Self.trace, "00-\(Self.trace)-00f067aa0ba902b7-01", first.lowercased] {
            let found = try await DatabaseTrace(verifier).find(try #require(TraceSubject(text)))
            #expect(found.traceID == Self.trace)
            #expect(found.hops.map { "\($0.service) \($0.kind.rawValue) \($0.what) \($0.position ?? "")" } == expected)
            #expect(found.hops.first?.consumers.map { "\($0.service) \($0.applied)" } == ["router true"])
            #expect(found.hops.dropFirst().first?.consumers.map { "\($0.service) \($0.applied)" } == ["chat false"])
        }
        #expect(try await DatabaseTrace(verifier).find(.identifier(.version7())).hops.isEmpty)
    }

    @Test func `finds its lines in structured logs, whatever stands before them`() async throws {
        try await withTemporaryFolder { folder in
            let line =
                #"{"time":"2026-11-21T03:14:15.000Z","level":"error","service":"gateway","replica":2,"message":"a request failed","subject":"chat.append-message","trace_id":"\#(Self.trace)"}"#
            try Data("\(line)\nno log \(Self.trace)\n{}\n".utf8).write(to: URL(filePath: folder + "/gateway-2.log"))
            try Data("chat-1 | \(line)\n".utf8).write(to: URL(filePath: folder + "/gateway-2.log.1"))
            try Data("\(line)\n".utf8).write(to: URL(filePath: folder + "/notes.txt"))
            let files = LogTrace.files(in: folder)
            #expect(files.count == 2)
            let hops = try LogTrace.hops(in: files, of: [Self.trace])
            #expect(
                hops.map { "\($0.service) \($0.what)" }
                    == Array(repeating: "gateway-2 error: a request failed: chat.append-message", count: 2))
            #expect(try LogTrace.hops(in: files, of: ["ffff"]).isEmpty)
        }
    }

    @Test func `takes ids and nothing else`() {
        #expect(TraceSubject(Self.trace.uppercased()) == .trace(Self.trace))
        for wrong in ["", "x", "4bf92f35", "00-\(String(repeating: "0", count: 32))-00f067aa0ba902b7-01", Self.trace + "0"] {
            #expect(TraceSubject(wrong) == nil)
        }
    }
}

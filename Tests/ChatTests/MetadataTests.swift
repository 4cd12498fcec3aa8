import ChatService
import Contracts
import Foundation
import Storage
import TestSupport
import Testing

@Suite struct `Metadata` {
    private static func nested(_ depth: Int) -> JSONValue { (1..<depth).reduce([]) { inner, _ in .array([inner]) } }

    private func refusal(of metadata: [String: JSONValue]) async throws -> (any Error)? {
        let outcome = Outcome()
        try await ChatFixture.run { chat in
            let customer = chat.customer()
            let session = try await chat.conversation(of: customer)
            do {
                _ = try await chat.ask(
                    AppendMessage(principal: customer, id: .new(), sessionID: session.id, kind: .message, text: "a", metadata: metadata))
            } catch {
                await outcome.set(error)
            }
        }
        return await outcome.error
    }

    private actor Outcome {
        var error: (any Error)?
        func set(_ error: any Error) { self.error = error }
    }

    @Test(
        arguments: [
            (["a": ["b": .number(1e308)]], "metadata.a.b"), (["a": [0, .number(-1e31)]], "metadata.a[1]"),
            (["a": .number(1e-31)], "metadata.a"),
            (["a": nested(16)], "metadata"), (["a": .array((0..<1_000).map { .integer($0) })], "metadata"),
            (["a": ["\0"]], "metadata.a[0]"),
            (["a\0": 1], "metadata"), (["a": .string(String(repeating: "x", count: 32_768))], "metadata"),
        ] as [([String: JSONValue], String)])
    func `beyond its limits is refused by the member's name`(metadata: [String: JSONValue], field: String) async throws {
        switch try await refusal(of: metadata) as? ChatError {
        case .fieldInvalid(let named, _)?: #expect(named == field)
        case .textTooLong(let named, _, _)?: #expect(named == field)
        case let other: Issue.record("\(String(describing: other))")
        }
    }

    @Test(
        arguments: [
            ["a": nested(15), "b": .number(1e30), "c": .number(-1e-30), "d": .number(0), "e": .integer(.min)],
            ["a": .array((0..<998).map { .integer($0) })], ["path": #"C:\u0000"#],
        ] as [[String: JSONValue]])
    func `within its limits is kept`(metadata: [String: JSONValue]) async throws {
        #expect(try await refusal(of: metadata) == nil)
    }

    /// The migrations that repair, in the order of their names.
    private static let repairing = "20261130-2101"

    @Test func `from before there were limits is repaired, what is within them stays`() async throws {
        let files = FileManager.default
        let all = try #require(ChatService.migrations)
        let older = files.temporaryDirectory.appending(path: "chat-migrations-\(UUID().uuidString)")
        try files.createDirectory(at: older, withIntermediateDirectories: true)
        defer { try? files.removeItem(at: older) }
        for file in try files.contentsOfDirectory(at: all, includingPropertiesForKeys: nil) where file.lastPathComponent < Self.repairing {
            try files.copyItem(at: file, to: older.appending(path: file.lastPathComponent))
        }
        let test = try await TestDatabase.make([.chat: older])
        let superuser = test.superuser()
        try await withServices([superuser]) {
            let (client, customer, conversation) = (UUID(), UUID(), UUID())
            let deep = String(repeating: "[", count: 400) + String(repeating: "]", count: 400)
            _ = try await superuser.query(
                .none,
                """
                INSERT INTO chat.customers (client_id, id, attributes)
                VALUES (\(client), \(customer), \(#"{"big": 1e308, "small": [5e-324], "kept": {"n": 1.5, "digits": "1234567890123456789012345678901234567890"}}"#)::text::jsonb)
                """)
            _ = try await superuser.query(
                .none,
                """
                INSERT INTO chat.conversations (client_id, id, customer_id, channel, status, metadata, created_at, updated_at, last_activity_at)
                VALUES (\(client), \(conversation), \(customer), 'website', 'waiting', \(#"{"sector": "sales", "deep": \#(deep)}"#)::text::jsonb, now(), now(), now())
                """)
            for (sequence, metadata) in [(1, "{}"), (2, #"{"deep": \#(deep)}"#), (3, #"{"a": {"b": 2}}"#)] {
                _ = try await superuser.query(
                    .none,
                    """
                    INSERT INTO chat.communication_messages (client_id, conversation_id, sequence, id, kind, direction, author_kind,
                                                             author_name, content, content_hash, metadata, sent_at)
                    VALUES (\(client), \(conversation), \(sequence), \(UUID()), 'message', 'inbound', 'customer', 'Ana', 'a', '', \(metadata)::text::jsonb, now())
                    """)
            }
            let ran = try await Migrator(adminURL: test.adminURL).migrate(.chat, directory: all)
            #expect(ran.count { $0.contains("metadata") } == 3)
            let attributes: JSONValue = try await superuser.query(.none, "SELECT attributes FROM chat.customers")[0]["attributes"]
            #expect(
                attributes == [
                    "big": "1.000000000000000e+308", "small": ["5.000000000000000e-324"],
                    "kept": ["n": .number(1.5), "digits": "1234567890123456789012345678901234567890"],
                ])
            let metadata: JSONValue = try await superuser.query(.none, "SELECT metadata FROM chat.conversations")[0]["metadata"]
            #expect(metadata["sector"] == "sales")
            guard case .object(let members) = metadata else { return }
            #expect(MetadataLimits.fit(members))
            let messages = try await superuser.query(.none, "SELECT metadata FROM chat.communication_messages ORDER BY sequence")
            let kept: [JSONValue] = try messages.map { try $0["metadata"] }
            #expect(kept[0] == [:] && kept[2] == ["a": ["b": 2]])
            guard case .object(let repaired) = kept[1] else { return }
            #expect(MetadataLimits.fit(repaired) && repaired["deep"] != nil)
            let forced = try await superuser.query(
                .none,
                "SELECT count(*) AS count FROM pg_class WHERE relnamespace = 'chat'::regnamespace AND relrowsecurity AND NOT relforcerowsecurity"
            )
            #expect(try forced[0]["count"] as Int == 0, "the tables are closed to their owner again")
        }
    }
}

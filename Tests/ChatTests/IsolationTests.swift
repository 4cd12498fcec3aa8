import Bus
import ChatService
import Contracts
import EventLog
import Foundation
import ServiceKit
import Storage
import TestSupport
import Testing

/// Rows that no request makes any more and that a mistake of ours, or a hand in the database, might.
@Suite struct `A row that cannot be worked on` {
    @Test func `is set aside by the clock of conversations, and those of other companies move on`() async throws {
        try await ChatFixture.run { chat in
            let other = try await chat.conversation(of: chat.customer())
            try await chat.spoil(201)
            try await chat.makeDue(other.id)
            let clock = ConversationClock(
                database: chat.database, publisher: chat.backbone.publisher, times: ConversationTimes(), metrics: chat.backbone.metrics,
                logger: .tests)
            // The first looks find spoiled rows only, as many as one look takes.
            for _ in 0..<3 { try await clock.look() }
            #expect(try await chat.session(other.id, as: chat.agent()).status == .closed)
            #expect(
                try await chat.count("SELECT count(*) AS count FROM chat.conversations WHERE due_at > created_at") == 201,
                "they come again, later")
            #expect(chat.setAsideCount >= 201)
        }
    }

    @Test func `is set aside by the clock of service targets, and other targets breach`() async throws {
        try await ChatFixture.run { chat in
            try await chat.hearRules()
            let other = try await chat.conversation(of: chat.customer())
            try await eventually("its clock runs") { try await chat.session(other.id, as: chat.agent()).sla != nil }
            try await chat.spoil(201)
            let tenant = chat.tenant
            _ = try await chat.database.query(
                .tenant(tenant),
                """
                INSERT INTO chat.sla_clocks (client_id, conversation_id, part, rules_version, target, counts_business_hours, clock, state,
                                             next_at)
                SELECT client_id, id, 0, 1, 'All', false, '{}', 'ok', '2026-01-01' FROM chat.conversations WHERE channel = 'email'
                """)
            _ = try await chat.database.query(
                .tenant(tenant),
                """
                UPDATE chat.sla_clocks SET next_at = '2026-01-02',
                       clock = jsonb_set(clock, '{firstResponse,dueAt}', '"2026-01-02T00:00:00.000Z"')
                 WHERE conversation_id = \(other.id)
                """)
            try await eventually("the other is breached") { try await chat.session(other.id, as: chat.agent()).sla?.state == .breached }
            #expect(try await chat.count("SELECT count(*) AS count FROM chat.sla_clocks WHERE next_at > clock_timestamp()") >= 201)
        }
    }

    @Test func `in the log is passed over, and what follows it is read`() async throws {
        try await ChatFixture.run { chat in
            try await chat.hearRules()
            let publisher = chat.backbone.publisher
            // One in each partition.
            var keys: [Int: UUID] = [:]
            while keys.count < Partitioning.partitionCount {
                let key = UUID()
                keys[partition(of: key)] = key
            }
            let bad = try keys.values.map {
                try NewEvent(
                    MessageAppended.self, payload: Array("{}".utf8), clientID: chat.tenant, key: $0, keySequence: 1, traceparent: nil)
            }
            try await chat.database.transaction(.none) { transaction in
                var locked = try publisher.lock(bad.map(\.key), in: transaction)
                try publisher.append(bad, to: &locked, in: transaction)
            }
            let session = try await chat.conversation(of: chat.customer())
            try await eventually("its clock runs") { try await chat.session(session.id, as: chat.agent()).sla != nil }
            #expect(chat.setAsideCount == bad.count)
        }
    }

    @Test func `and is longer than a reply does not stop a list, which goes on behind it`() async throws {
        try await ChatFixture.run { chat in
            for number in 0..<12 { _ = try await chat.conversation(of: chat.customer("Customer \(number)")) }
            let tenant = chat.tenant
            _ = try await chat.database.query(
                .tenant(tenant), "UPDATE chat.customers SET name = repeat('\"', 300000) WHERE client_id = \(tenant)")
            let agent = chat.agent()
            var (seen, pages): ([ConversationID], Int) = ([], 0)
            var cursor: String?
            repeat {
                let page = try await chat.ask(
                    ListConversations(principal: agent, filter: ConversationFilter(), limit: 50, cursor: cursor))
                #expect(!page.items.isEmpty)
                seen += page.items.map(\.id)
                pages += 1
                cursor = page.nextCursor
            } while cursor != nil && pages < 20
            #expect(seen.count == 12 && Set(seen).count == 12)
            #expect(pages > 1, "otherwise it was no test of length")
        }
    }

    @Test func `and a text of one letter with a hundred thousand accents never becomes one`() async throws {
        try await ChatFixture.run { chat in
            let ana = chat.customer()
            let stacked = "a" + String(repeating: "\u{301}", count: 60_000)
            await #expect(throws: ChatError.textTooLong(field: "subject", bytes: 120_001, limit: 2_000)) {
                _ = try await chat.ask(OpenConversation(principal: ana, id: .new(), channel: .website, subject: stacked))
            }
            await #expect(throws: ChatError.textTooLong(field: "name", bytes: 120_001, limit: 2_000)) {
                _ = try await chat.ask(UpdateCustomer(principal: ana, id: CustomerID(ana.subject.uuid), name: stacked))
            }
            let session = try await chat.conversation(of: ana, saying: "a" + String(repeating: "\u{301}", count: 30_000))
            #expect((session.lastMessage?.text.utf8.count ?? .max) <= TextRule.preview.bytesMax, "a list shows its beginning")
            await #expect(throws: ChatError.textEmpty(field: "text")) { try await chat.say("\u{3164}\u{200b}", by: ana, in: session.id) }
        }
    }
}

extension ChatFixture {
    fileprivate func hearRules() async throws {
        let rules = BusinessRules(
            version: 1, routing: .standard,
            sla: [ServiceTarget(name: "All", firstResponseSeconds: 600, resolutionSeconds: 3600, countsBusinessHours: false)])
        try await publish(BusinessRulesChanged(rules: rules), key: tenant.uuid, byAccounts: true)
        try await eventually("chat has heard the rules") { try await count("SELECT count(*) AS count FROM chat.business_rules") == 1 }
    }

    /// Conversations whose next event is longer than an event may be, and overdue.
    fileprivate func spoil(_ count: Int) async throws {
        let customer = try await conversation(of: customer("Spoiler")).customer.id
        let tenant = tenant
        _ = try await database.query(
            .tenant(tenant),
            """
            INSERT INTO chat.conversations (client_id, id, customer_id, channel, status, subject, created_at, updated_at, last_activity_at,
                                            snoozed_until, due_at)
            SELECT \(tenant), gen_random_uuid(), \(customer), 'email', 'pending', repeat('s', 300000), now(), now(), now(), '2026-01-01',
                   '2026-01-01'
              FROM generate_series(1, \(Int64(count)))
            """)
    }

    /// Later than the spoiled ones.
    fileprivate func makeDue(_ id: ConversationID) async throws {
        let tenant = tenant
        _ = try await database.query(
            .tenant(tenant),
            "UPDATE chat.conversations SET status = 'resolved', waiting_since = NULL, due_at = '2026-02-01' WHERE id = \(id)")
    }

    fileprivate func count(_ sql: SQL) async throws -> Int {
        try await database.query(.tenant(tenant), sql)[0]["count"]
    }

    /// Over all loops, as the alert sees it.
    fileprivate var setAsideCount: Int {
        backbone.metrics.exposition().split(separator: "\n").filter { $0.hasPrefix("switchboard_set_aside_total{") }
            .compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +)
    }
}

import Bus
import ChatService
import Contracts
import EventLog
import Foundation
import Storage
import TestSupport
import Testing

@Suite struct `A service target` {
    private static let rules = BusinessRules(
        version: 1, routing: .standard,
        sla: [
            ServiceTarget(name: "Never fits", channel: .phone, firstResponseSeconds: 60),
            ServiceTarget(
                name: "Everybody", firstResponseSeconds: 600, resolutionSeconds: 3600, warnAtShare: 0.5, countsBusinessHours: false),
        ])

    private static func run(_ body: @escaping @Sendable (ChatFixture) async throws -> Void) async throws {
        try await ChatFixture.run { chat in
            try await chat.hear(rules)
            try await body(chat)
        }
    }

    @Test func `times a conversation from the customer's first message, and shows the times to the company only`() async throws {
        try await Self.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent())
            let session = try await chat.conversation(of: ana)
            let level = try await chat.level(of: session.id) { $0 != nil }
            let started = session.createdAt
            #expect(level?.state == .ok)
            #expect(abs((level?.firstResponseDueAt ?? .distantPast).timeIntervalSince(started) - 600) < 30)
            #expect(abs((level?.resolutionDueAt ?? .distantPast).timeIntervalSince(started) - 3600) < 30)
            #expect(try await chat.session(session.id, as: bruno).sla == level)
            #expect(try await chat.session(session.id, as: ana).sla == nil)

            try await chat.assign(session.id, to: bruno)
            try await eventually("an agent has it") { try await chat.session(session.id, as: bruno).agent != nil }
            try await chat.say("Good day", by: bruno, in: session.id)
            let answered = try await chat.level(of: session.id) { $0?.firstResponseDueAt == nil }
            #expect(answered?.state == .ok && answered?.resolutionDueAt == level?.resolutionDueAt, "the other time goes on")
        }
    }

    @Test func `rests while the conversation waits for the customer, and ends with it`() async throws {
        try await Self.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent())
            let session = try await chat.conversation(of: ana)
            try await chat.assign(session.id, to: bruno)
            try await eventually("an agent has it") { try await chat.session(session.id, as: bruno).agent != nil }
            _ = try await chat.level(of: session.id) { $0?.resolutionDueAt != nil }
            _ = try await chat.ask(ChangeConversation(principal: bruno, id: session.id, status: .pending))
            _ = try await chat.level(of: session.id) { $0?.resolutionDueAt == nil }
            try await chat.say("Here I am", by: ana, in: session.id)
            _ = try await chat.level(of: session.id) { $0?.resolutionDueAt != nil }
            _ = try await chat.ask(ChangeConversation(principal: ana, id: session.id, status: .closed))
            let ended = try await chat.level(of: session.id) { $0?.firstResponseDueAt == nil }
            #expect(ended == ServiceLevel(state: .ok, firstResponseDueAt: nil, resolutionDueAt: nil))
        }
    }

    @Test func `is warned of and breached once each, though several replicas look`() async throws {
        try await Self.run { chat in
            let session = try await chat.conversation(of: chat.customer())
            _ = try await chat.level(of: session.id) { $0 != nil }
            let keepers = (0..<4).map { _ in chat.keeper() }

            try await chat.turnBack(session.id, by: 400)
            try await chat.lookTogether(keepers)
            _ = try await chat.level(of: session.id) { $0?.state == .warning }
            #expect(try await chat.said(session.id.uuid).filter { $0.hasPrefix("chat.sla") } == ["chat.sla-warning"])

            try await chat.turnBack(session.id, by: 400)
            try await chat.lookTogether(keepers)
            _ = try await chat.level(of: session.id) { $0?.state == .breached }
            try await chat.lookTogether(keepers)
            #expect(
                try await chat.said(session.id.uuid).filter { $0.hasPrefix("chat.sla") } == ["chat.sla-warning", "chat.sla-breached"])
        }
    }

    @Test(arguments: [ConversationStatus.resolved, .pending])
    func `of a first response does not breach while nobody is to answer, and goes on when the customer writes again`(
        _ status: ConversationStatus
    ) async throws {
        try await Self.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent(role: .supervisor))
            let session = try await chat.conversation(of: ana)
            _ = try await chat.level(of: session.id) { $0?.firstResponseDueAt != nil }
            _ = try await chat.ask(ChangeConversation(principal: bruno, id: session.id, status: status))
            _ = try await chat.level(of: session.id) { $0?.firstResponseDueAt == nil }
            try await chat.turnBack(session.id, by: 100_000)
            try await chat.lookTogether([chat.keeper()])
            #expect(try await chat.said(session.id.uuid).filter { $0.hasPrefix("chat.sla") } == [])
            try await chat.say("It is still not here", by: ana, in: session.id)
            let level = try await chat.level(of: session.id) { $0?.firstResponseDueAt != nil }
            #expect(level?.state == .ok, "nobody has answered, and there is time left")
        }
    }

    @Test func `of later rules leaves conversations alone that began before`() async throws {
        try await Self.run { chat in
            let before = try await chat.conversation(of: chat.customer())
            let level = try await chat.level(of: before.id) { $0 != nil }
            try await chat.hear(BusinessRules(version: 2, routing: .standard, sla: []))
            let after = try await chat.conversation(of: chat.customer("Carla"))
            try await chat.readToTheEnd()
            #expect(try await chat.session(after.id, as: chat.agent()).sla == nil)
            #expect(try await chat.session(before.id, as: chat.agent()).sla == level)
        }
    }
}

extension ChatFixture {
    fileprivate func keeper() -> ServiceClockKeeper {
        ServiceClockKeeper(database: database, publisher: backbone.publisher, metrics: backbone.metrics, logger: .tests)
    }

    /// As accounts says it; waits until chat has heard it.
    fileprivate func hear(_ rules: BusinessRules) async throws {
        try await publish(BusinessRulesChanged(rules: rules), key: tenant.uuid, byAccounts: true)
        try await eventually("chat has heard the rules") {
            let rows = try await database.query(
                .tenant(tenant), "SELECT count(*) AS count FROM chat.business_rules WHERE version = \(Int64(rules.version))")
            return try rows[0]["count"] as Int64 == 1
        }
    }

    /// The running keeper reads by itself; this waits for what it shall show.
    fileprivate func level(
        of id: ConversationID, _ isThere: @escaping @Sendable (ServiceLevel?) -> Bool
    ) async throws -> ServiceLevel? {
        let reader = agent()
        try await eventually("the clock is so") { isThere(try await session(id, as: reader).sla) }
        return try await session(id, as: reader).sla
    }

    fileprivate func readToTheEnd() async throws {
        try await eventually("everything is read") {
            let rows = try await database.query(
                .none,
                "SELECT count(*) AS count FROM chat.sla_cursors c JOIN chat.stream_head h ON h.part = c.part WHERE c.seq < h.last_seq")
            return try rows[0]["count"] as Int64 == 0
        }
    }

    /// As if it had begun so many seconds earlier.
    fileprivate func turnBack(_ id: ConversationID, by seconds: Double) async throws {
        @Sendable func earlier(_ value: JSONValue) -> JSONValue {
            switch value {
            case .string(let text): Timestamp.date(text).map { .string(Timestamp.text($0 - seconds)) } ?? value
            case .object(let members): .object(members.mapValues(earlier))
            default: value
            }
        }
        let tenant = tenant
        try await database.transaction(.tenant(tenant)) { transaction in
            let row = try transaction.query("SELECT clock FROM chat.sla_clocks WHERE conversation_id = \(id) FOR UPDATE")[0]
            let clock = earlier(try row.decode("clock", as: JSONValue.self))
            try transaction.query(
                """
                UPDATE chat.sla_clocks SET clock = \(clock), next_at = next_at - make_interval(secs => \(seconds))
                 WHERE conversation_id = \(id)
                """)
        }
    }

    fileprivate func lookTogether(_ keepers: [ServiceClockKeeper]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for keeper in keepers {
                group.addTask { try await keeper.look() }
            }
            try await group.waitForAll()
        }
    }
}

import Bus
import ChatService
import Contracts
import EventLog
import Foundation
import RouterService
import ServiceKit
import Storage
import SwitchboardCommands
import Testing
import TestSupport

/// chat and router on one database, with a bus in memory.
struct TwoServices: Sendable {
    let tenant = TenantID.new()
    let test: TestDatabase
    let asker: InMemoryBus
    let accountsLog: EventPublisher
    let accountsDatabase: Database

    static func run(_ body: @escaping @Sendable (TwoServices) async throws -> Void) async throws {
        let test = try await TestDatabase.make([.chat: ChatService.migrations, .router: RouterService.migrations, .accounts: nil])
        let network = InMemoryNetwork()
        let chat = ChatService(
            configuration: ChatConfiguration(),
            backbone: ServiceBackbone(service: .chat, database: test.database(.chat), bus: network.bus(for: .chat), logger: .tests))
        let router = RouterService(
            backbone: ServiceBackbone(service: .router, database: test.database(.router), bus: network.bus(for: .router), logger: .tests))
        let accounts = ServiceBackbone(
            service: .accounts, database: test.database(.accounts), bus: network.bus(for: .accounts), logger: .tests)
        let suite = TwoServices(
            test: test, asker: network.bus(for: .gateway), accountsLog: accounts.publisher, accountsDatabase: accounts.database)
        try await withServices(accounts.parts + chat.parts + router.parts + [suite.asker]) { try await body(suite) }
    }

    func ask<Request: BusRequest>(_ request: Request) async throws -> Request.Reply {
        try await asker.request(request, clientID: tenant, budget: .seconds(20))
    }

    /// Somebody who answers customers, as accounts would announce them, online.
    func agent(_ name: String) async throws -> Principal {
        let agent = Principal(clientID: tenant, subject: .new(), role: .agent, name: name)
        let account = UserAccount(
            id: agent.subject, email: "\(name.lowercased())@example.com", name: name, role: .agent, disabled: false,
            createdAt: Timestamp.now())
        let (log, tenant) = (accountsLog, tenant)
        try await accountsDatabase.transaction(.none) { transaction in
            var partitions = try log.lock([agent.subject.uuid], in: transaction)
            try log.append(
                [try NewEvent(UserCreated(user: account), clientID: tenant, key: agent.subject.uuid)], to: &partitions, in: transaction)
        }
        try await eventually("the router knows \(name)") {
            do {
                return try await ask(SetAgentStatus(principal: agent, status: .online)).effectiveStatus == .online
            } catch RoutingError.agentNotFound {
                return false
            }
        }
        return agent
    }

    func findings(_ checks: [any IntegrityCheck]) async throws -> [String] {
        let database = Database(DatabaseConfiguration(url: test.verifyURL, poolSize: 1), logger: .tests)
        defer { database.close() }
        var findings: [String] = []
        for check in checks { findings += try await check.run(database).findings.map { "\($0.place): \($0.detail)" } }
        return findings
    }

    /// Changes rows behind everybody's back.
    func tamper(_ statement: SQL) async throws {
        let superuser = test.superuser()
        defer { superuser.close() }
        let rows = try await superuser.query(.none, statement)
        try #require(rows.affected > 0, "a statement that changed nothing proves nothing")
    }
}

@Suite struct `Verification` {
    static let checks: [any IntegrityCheck] = [
        ConversationChainCheck(), MessageEventCheck(), LedgerCheck(), AssignmentMirrorCheck(),
    ]

    @Test func `finds nothing in what the suite wrote, and every row that was changed behind its back`() async throws {
        try await TwoServices.run { suite in
            let bruno = try await suite.agent("Bruno")
            let ana = Principal(clientID: suite.tenant, subject: .new(), role: .customer, name: "Ana")
            let session = try await suite.ask(
                OpenConversation(
                    principal: ana, id: .new(), channel: .website, message: MessageDraft(id: .new(), text: "Where is it?", metadata: [:]))
            ).session
            try await eventually("Bruno has the conversation, and each has heard the other") {
                try await suite.ask(GetConversation(principal: bruno, id: session.id)).agent?.id == bruno.subject
            }
            let reply = try await suite.ask(
                AppendMessage(principal: bruno, id: .new(), sessionID: session.id, kind: .message, text: "On its way")
            ).message
            let second = try await suite.ask(
                AppendMessage(principal: bruno, id: .new(), sessionID: session.id, kind: .message, text: "Tomorow")
            ).message
            _ = try await suite.ask(EditMessage(principal: bruno, id: second.id, text: "Tomorrow"))
            let third = try await suite.ask(
                AppendMessage(principal: ana, id: .new(), sessionID: session.id, kind: .message, text: "secret")
            ).message
            _ = try await suite.ask(DeleteMessage(principal: ana, id: third.id))
            #expect(try await suite.findings(Self.checks) == [])

            let changes: [(what: String, do: SQL, undo: SQL)] = [
                (
                    "an original text", "UPDATE chat.communication_messages SET content = 'Lost' WHERE id = \(reply.id)",
                    "UPDATE chat.communication_messages SET content = 'On its way' WHERE id = \(reply.id)"
                ),
                (
                    "an edited text", "UPDATE chat.communication_messages SET content = 'Never' WHERE id = \(second.id)",
                    "UPDATE chat.communication_messages SET content = 'Tomorrow' WHERE id = \(second.id)"
                ),
                (
                    "a deleted text that is back", "UPDATE chat.communication_messages SET content = 'secret' WHERE id = \(third.id)",
                    "UPDATE chat.communication_messages SET content = '' WHERE id = \(third.id)"
                ),
                (
                    "an author", "UPDATE chat.communication_messages SET author_kind = 'customer' WHERE id = \(reply.id)",
                    "UPDATE chat.communication_messages SET author_kind = 'agent' WHERE id = \(reply.id)"
                ),
                (
                    "a sequence", "UPDATE chat.conversations SET last_sequence = last_sequence + 1",
                    "UPDATE chat.conversations SET last_sequence = last_sequence - 1"
                ),
            ]
            for change in changes {
                try await suite.tamper(change.do)
                #expect(try await !suite.findings([ConversationChainCheck()]).isEmpty, "\(change.what) was changed")
                try await suite.tamper(change.undo)
                #expect(try await suite.findings([ConversationChainCheck()]).isEmpty, "\(change.what) was put back")
            }
            try await suite.tamper("UPDATE router.sector_agents SET load = load + 1 WHERE id = \(bruno.subject)")
            #expect(try await suite.findings([LedgerCheck()]).count == 1)
            try await suite.tamper("UPDATE router.sector_agents SET load = load - 1 WHERE id = \(bruno.subject)")
            try await suite.tamper("UPDATE chat.communication_messages SET metadata = '{\"vip\": true}' WHERE id = \(reply.id)")
            #expect(try await suite.findings([MessageEventCheck()]).count == 1)
            try await suite.tamper("DELETE FROM chat.communication_messages WHERE id = \(second.id)")
            #expect(try await !suite.findings([ConversationChainCheck()]).isEmpty, "a message is missing")
        }
    }
}

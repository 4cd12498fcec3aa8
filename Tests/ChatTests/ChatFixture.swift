import Bus
import ChatService
import Contracts
import EventLog
import Foundation
import ServiceKit
import Storage
import TestSupport

/// chat on a database of its own, with a bus in memory. The others are played by the test.
struct ChatFixture: Sendable {
    let tenant = TenantID.new()
    let network: InMemoryNetwork
    let database: Database
    let backbone: ServiceBackbone
    /// What the gateway would send from.
    let asker: InMemoryBus
    let router: InMemoryBus
    let routerDatabase: Database
    let routerLog: EventPublisher
    let accountsDatabase: Database
    let accountsLog: EventPublisher

    /// - Parameter times: how long conversations rest.
    static func run(
        configuration: ChatConfiguration = ChatConfiguration(), _ body: @escaping @Sendable (ChatFixture) async throws -> Void
    ) async throws {
        let test = try await TestDatabase.make([.chat: ChatService.migrations, .router: nil, .accounts: nil])
        let network = InMemoryNetwork()
        let database = test.database(.chat)
        let backbone = ServiceBackbone(service: .chat, database: database, bus: network.bus(for: .chat), logger: .tests)
        let chat = ChatService(configuration: configuration, backbone: backbone)
        let routerDatabase = test.database(.router)
        let router = network.bus(for: .router)
        let routerLog = EventPublisher(stream: .router, database: routerDatabase, bus: router, logger: .tests)
        let accountsDatabase = test.database(.accounts)
        let accounts = network.bus(for: .accounts)
        let accountsLog = EventPublisher(stream: .accounts, database: accountsDatabase, bus: accounts, logger: .tests)
        let fixture = ChatFixture(
            network: network, database: database, backbone: backbone, asker: network.bus(for: .gateway), router: router,
            routerDatabase: routerDatabase, routerLog: routerLog, accountsDatabase: accountsDatabase, accountsLog: accountsLog)
        router.respond { envelope in await routerLog.answer(envelope) ?? .failure(.unknownSubject(envelope.subject)) }
        accounts.respond { envelope in await accountsLog.answer(envelope) ?? .failure(.unknownSubject(envelope.subject)) }
        try await withServices(
            chat.parts + [routerDatabase, router, routerLog, accountsDatabase, accounts, accountsLog, fixture.asker]
        ) { try await body(fixture) }
    }

    func customer(_ name: String = "Ana") -> Principal {
        Principal(clientID: tenant, subject: .new(), role: .customer, name: name)
    }

    func agent(_ name: String = "Bruno", role: Role = .agent) -> Principal {
        Principal(clientID: tenant, subject: .new(), role: role, name: name)
    }

    /// How often a request that was told to come back comes back; hundreds at once are more than one service takes.
    private static let attemptsMax = 200

    /// As every client does: asks again, with the same ids, when the service has too much to do.
    func ask<Request: BusRequest>(_ request: Request) async throws -> Request.Reply {
        for _ in 1..<Self.attemptsMax {
            do {
                return try await asker.request(request, clientID: request.asker.tenant ?? tenant, budget: .seconds(20))
            } catch BusError.overloaded, BusError.unavailable {
                continue
            }
        }
        return try await asker.request(request, clientID: request.asker.tenant ?? tenant, budget: .seconds(20))
    }

    /// A conversation with its first message.
    func conversation(of customer: Principal, saying text: String = "Where is my parcel?") async throws -> Session {
        try await ask(
            OpenConversation(
                principal: customer, id: .new(), channel: .website, message: MessageDraft(id: .new(), text: text, metadata: [:]))
        ).session
    }

    @discardableResult
    func say(_ text: String, by principal: Principal, in session: ConversationID, id: MessageID = .new()) async throws -> AppendedMessage {
        try await ask(AppendMessage(principal: principal, id: id, sessionID: session, kind: .message, text: text))
    }

    /// As the router would: committed to its log, heard by chat.
    func assign(_ session: ConversationID, to agent: Principal, number: Int64 = 1) async throws {
        let assignment = Assignment(
            id: .new(), number: number, sessionID: session, agent: AgentSummary(id: agent.subject, name: agent.name), reason: "routed",
            decisionID: .new(), by: .system, at: Timestamp.now())
        try await publish(ConversationAssigned(assignment: assignment), key: session.uuid)
    }

    func publish(_ event: some Event, key: UUID, byAccounts: Bool = false) async throws {
        let (log, tenant) = (byAccounts ? accountsLog : routerLog, tenant)
        try await (byAccounts ? accountsDatabase : routerDatabase).transaction(.none) { transaction in
            var partitions = try log.lock([key], in: transaction)
            try log.append(
                [try NewEvent(event, clientID: tenant, key: key, keySequence: nil, traceparent: nil)], to: &partitions, in: transaction)
        }
    }

    func session(_ id: ConversationID, as principal: Principal) async throws -> Session {
        try await ask(GetConversation(principal: principal, id: id))
    }

    func texts(_ id: ConversationID, as principal: Principal) async throws -> [String] {
        try await ask(ListMessages(principal: principal, sessionID: id, limit: 200)).items.map(\.text)
    }

    /// Subjects of the conversation's events, in order.
    func said(_ key: UUID) async throws -> [String] {
        let rows = try await database.query(.none, "SELECT subject FROM chat.outbox WHERE key = \(key) ORDER BY seq")
        return try rows.map { try $0["subject"] }
    }
}

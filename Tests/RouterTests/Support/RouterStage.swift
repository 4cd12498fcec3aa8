import Bus
import Contracts
import EventLog
import Foundation
import ServiceKit
import Storage
import Synchronization
import TestSupport
import Testing

@testable import RouterService

/// A router on a database of its own, whose events and requests the test makes. Nothing runs by itself: what a test does has
/// happened when the call returns.
final class RouterStage: Sendable {
    let test: TestDatabase
    let tenant = TenantID.new()
    let network = InMemoryNetwork()
    let replicas: [Replica]
    private let clock = Mutex(Date(timeIntervalSince1970: 1_800_000_000))

    struct Replica: Sendable {
        let database: Database
        let bus: InMemoryBus
        let backbone: ServiceBackbone
        let service: RouterService
        var desk: RoutingDesk { service.desk }
        let reader: RoutingReader
    }

    private init(test: TestDatabase, replicas: Int) {
        self.test = test
        self.replicas = (1...replicas).map { [network] number in
            let database = test.database(.router)
            let bus = network.bus(for: .router, replica: number)
            let backbone = ServiceBackbone(service: .router, database: database, bus: bus, logger: .tests)
            return Replica(
                database: database, bus: bus, backbone: backbone, service: RouterService(backbone: backbone),
                reader: RoutingReader(database: database))
        }
    }

    static func make(replicas: Int = 1) async throws -> RouterStage {
        RouterStage(
            test: try await TestDatabase.make([.router: RouterService.migrations, .chat: nil, .accounts: nil]), replicas: replicas)
    }

    var desk: RoutingDesk { replicas[0].desk }
    var reader: RoutingReader { replicas[0].reader }
    var database: Database { replicas[0].database }

    // MARK: People

    func principal(_ id: AgentID, role: Role = .agent, name: String = "Somebody", tenant: TenantID? = nil) -> Principal {
        Principal(clientID: tenant ?? self.tenant, subject: id, role: role, name: name)
    }

    var context: RequestContext { RequestContext(key: .random(), clientID: nil, deadline: .now + .seconds(30), traceparent: nil) }

    /// An agent who is online.
    @discardableResult
    func agent(
        _ name: String = "Agent", capacity: Int = 5, sector: String? = nil, role: Role = .agent, tenant: TenantID? = nil
    ) async throws -> AgentID {
        let id = AgentID.new()
        try await hear(user(id, name: name, role: role), tenant: tenant)
        if capacity != 5 || sector != nil {
            _ = try await SaveAgentHandler(desk: desk).answer(
                SaveAgent(
                    principal: principal(.new(), role: .administrator, tenant: tenant), id: id, isNew: false, sector: sector,
                    capacity: capacity),
                context: context)
        }
        try await choose(.online, id, role: role, name: name, tenant: tenant)
        return id
    }

    func user(_ id: AgentID, name: String = "Somebody", role: Role = .agent, disabled: Bool = false) -> UserAccount {
        UserAccount(
            id: id, email: "somebody@example.com", name: name, role: role, disabled: disabled, createdAt: Date(timeIntervalSince1970: 0))
    }

    @discardableResult
    func choose(
        _ status: AgentStatus, _ id: AgentID, role: Role = .agent, name: String = "Somebody", tenant: TenantID? = nil, on replica: Int = 0
    ) async throws -> Presence {
        try await SetAgentStatusHandler(desk: replicas[replica].desk).answer(
            SetAgentStatus(principal: principal(id, role: role, name: name, tenant: tenant), status: status), context: context)
    }

    // MARK: What chat and accounts say

    func waiting(
        _ id: ConversationID = .new(), priority: Int = 5, sector: String? = nil, preferred: AgentID? = nil, sequence: Int64 = 0,
        number: Int64 = 0, team: TeamID? = nil
    ) -> ConversationWaiting {
        ConversationWaiting(
            sessionID: id, customerID: .new(), channel: .website, priority: priority, sector: sector, preferredAgentID: preferred,
            statusSequence: sequence, assignmentNumber: number, teamID: team)
    }

    func status(_ id: ConversationID, _ status: ConversationStatus, number: Int64) -> ConversationStatusChanged {
        ConversationStatusChanged(
            sessionID: id, status: status, previousStatus: .assigned, by: .system, priority: 5, channel: .website,
            customer: Session.CustomerSummary(id: .new(), name: nil, email: nil), assignmentNumber: number,
            at: Date(timeIntervalSince1970: 0))
    }

    /// A frame as chat's log would hold it, later than every one before.
    func frame(_ event: some Event, key: UUID, sequence: Int64? = nil, tenant: TenantID? = nil, stream: StreamName = .chat) throws
        -> EventFrame
    {
        let at = clock.withLock { clock in
            clock += 0.001
            return clock
        }
        return EventFrame(
            header: EventFrame.Header(
                stream: stream, partition: partition(of: key), partitionSequence: 1, epoch: UUID(), eventID: .new(),
                subject: type(of: event).subject, version: 1, audience: .internal, clientID: tenant ?? self.tenant, key: key,
                keySequence: sequence, occurredAt: at, traceparent: nil),
            payload: try JSON.encode(event))
    }

    func hear(frames: [EventFrame], on replica: Int = 0) async throws {
        let listener = ChatListener(desk: replicas[replica].desk)
        try await replicas[replica].database.transaction(.none) { try listener.apply(frames, in: $0) }
    }

    func hear(_ events: ConversationWaiting..., tenant: TenantID? = nil) async throws {
        try await hear(frames: events.map { try frame($0, key: $0.sessionID.uuid, tenant: tenant) })
    }

    func hear(_ event: ConversationStatusChanged, sequence: Int64, tenant: TenantID? = nil) async throws {
        try await hear(frames: [frame(event, key: event.sessionID.uuid, sequence: sequence, tenant: tenant)])
    }

    func hear(_ user: UserAccount, isNew: Bool = true, tenant: TenantID? = nil) async throws {
        let frame =
            isNew
            ? try frame(UserCreated(user: user), key: user.id.uuid, tenant: tenant, stream: .accounts)
            : try frame(UserChanged(user: user), key: user.id.uuid, tenant: tenant, stream: .accounts)
        let listener = AccountsListener(desk: desk)
        try await database.transaction(.none) { try listener.apply([frame], in: $0) }
    }

    // MARK: What is

    func item(_ id: ConversationID, tenant: TenantID? = nil) async throws -> WorkItem? {
        let tenant = tenant ?? self.tenant
        return try await database.query(
            .tenant(tenant),
            "SELECT \(WorkItem.columns) FROM router.work_items WHERE client_id = \(tenant) AND conversation_id = \(id)"
        ).first.map { try WorkItem($0) }
    }

    /// Whose agents are asked for a team's work; none where the sector is.
    func answering(_ team: TeamID?) async throws -> Set<AgentID> {
        guard let team else { return [] }
        return try await reader.teams(of: tenant) { try $0.agentsAnswering(for: team) }
    }

    func load(_ id: AgentID) async throws -> Int { try #require(try await reader.agent(id, of: tenant)).load }

    /// What the router said, in the order of its log within each key.
    func said<E: Event>(_ type: E.Type) async throws -> [E] {
        try await database.query(
            .none, "SELECT payload FROM router.outbox WHERE subject = \(E.subject) ORDER BY part, seq"
        ).map { try JSON.decode(type, from: $0["payload"] as [UInt8]) }
    }

    /// Conversations in the order in which they were given to somebody.
    func assignmentOrder() async throws -> [ConversationID] {
        try await database.query(
            .tenant(tenant), "SELECT conversation_id FROM router.assignments WHERE client_id = \(tenant) ORDER BY started_at"
        ).map { try $0["conversation_id"] }
    }

    func count(_ sql: SQL) async throws -> Int { try await database.query(.tenant(tenant), sql)[0]["count"] }
}

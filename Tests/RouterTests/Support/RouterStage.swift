import Bus
import Contracts
import EventLog
import Foundation
import RouterService
import ServiceKit
import Storage
import Synchronization
import TestSupport
import Testing

/// A router on a database of its own, whose events and requests the test makes. Nothing runs by itself: what a test does has
/// happened when the call returns.
final class RouterStage: Sendable {
    let test: TestDatabase
    let tenant = TenantID.new()
    let network = InMemoryNetwork()
    let replicas: [Replica]
    private let clock = Mutex(Date(timeIntervalSince1970: 1_800_000_000))
    let world: World

    /// How far the router's clock is ahead here, and how it was told to route.
    final class World: Sendable {
        let settings: RoutingSettings
        private let ahead = Mutex(0.0)
        init(settings: RoutingSettings) { self.settings = settings }
        var secondsAhead: Double { ahead.withLock { $0 } }
        func advance(by seconds: Double) { ahead.withLock { $0 += seconds } }
        private let standing = Mutex<Date?>(nil)
        /// Set, the router's turns are at this time, and watches look for what is due then or a moment later.
        var instant: Date? { standing.withLock { $0 } }
        func stand(at date: Date) {
            standing.withLock { $0 = date }
            ahead.withLock { $0 = date.timeIntervalSinceNow + 0.5 }
        }
        var conditions: TurnConditions { TurnConditions(instant: { self.instant }) { self.secondsAhead } }
    }

    struct Replica: Sendable {
        let database: Database
        let bus: InMemoryBus
        let backbone: ServiceBackbone
        let service: RouterService
    }

    private init(test: TestDatabase, replicas: Int, settings: RoutingSettings) {
        self.test = test
        let world = World(settings: settings)
        self.world = world
        self.replicas = (1...replicas).map { [network] number in
            let database = test.database(.router)
            let bus = network.bus(for: .router, replica: number)
            let backbone = ServiceBackbone(service: .router, database: database, bus: bus, logger: .tests)
            return Replica(
                database: database, bus: bus, backbone: backbone, service: RouterService(backbone: backbone, conditions: world.conditions))
        }
    }

    /// - Parameters:
    ///   - settings: what the company sets before anything happens.
    ///   - sectors: … and which it has besides `general`.
    static func make(replicas: Int = 1, settings: RoutingSettings? = nil, sectors: [String] = []) async throws -> RouterStage {
        let stage = RouterStage(
            test: try await TestDatabase.make([.router: RouterService.migrations, .chat: nil, .accounts: nil]), replicas: replicas,
            settings: settings ?? .standard)
        if settings != nil || !sectors.isEmpty {
            try await stage.hear(BusinessRules(version: 1, routing: settings ?? .standard, sectors: stage.sectors(sectors)))
        }
        return stage
    }

    var reader: RoutingReader { replicas[0].service.reader }
    var database: Database { replicas[0].database }

    /// Time passes, and what is due happens.
    func pass(_ seconds: Double, on replica: Int = 0) async throws {
        world.advance(by: seconds)
        try await replicas[replica].service.timerWatch.look()
    }

    /// What chat says from now on, it says about now by the router's clock, and not in a far year.
    func keepTime() { clock.withLock { $0 = world.instant ?? Date() + world.secondsAhead } }

    // MARK: People

    func principal(_ id: AgentID, role: Role = .agent, name: String = "Somebody", tenant: TenantID? = nil) -> Principal {
        Principal(clientID: tenant ?? self.tenant, subject: id, role: role, name: name)
    }

    /// Asks as another service would, without a bus between.
    func ask<Request: BusRequest>(
        _ request: Request, clientID: TenantID? = nil, key: RequestKey = .random(), on replica: Int = 0
    ) async throws -> Request.Reply {
        let envelope = RequestEnvelope(
            subject: Request.subject, key: key, budget: .seconds(30), clientID: clientID ?? request.asker.tenant, traceparent: nil,
            payload: try JSON.encode(request))
        switch await replicas[replica].backbone.requests.answer(envelope) {
        case .reply(let bytes): return try JSON.decode(Request.Reply.self, from: bytes)
        case .refusal(let refusal): throw Request.Failure(code: refusal.code, details: refusal.details)
        case .failure(let error): throw error
        }
    }

    /// An agent who is online.
    @discardableResult
    func agent(
        _ name: String = "Agent", capacity: Int = 5, sector: String? = nil, role: Role = .agent, tenant: TenantID? = nil
    ) async throws -> AgentID {
        let id = AgentID.new()
        try await hear(user(id, name: name, role: role), tenant: tenant)
        if capacity != 5 || sector != nil {
            _ = try await ask(
                SaveAgent(
                    principal: principal(.new(), role: .administrator, tenant: tenant), id: id, isNew: false, sector: sector,
                    capacity: capacity))
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
        try await ask(SetAgentStatus(principal: principal(id, role: role, name: name, tenant: tenant), status: status), on: replica)
    }

    /// What a page says by itself: it opened, or was signed out of.
    @discardableResult
    func happens(_ status: AgentStatus, _ id: AgentID, on replica: Int = 0) async throws -> Presence {
        try await ask(SetAgentStatus(principal: principal(id, name: "Ana"), status: status, chosen: false), on: replica)
    }

    // MARK: What chat and accounts say

    func waiting(
        _ id: ConversationID = .new(), priority: Int = 5, sector: String? = nil, preferred: AgentID? = nil, sequence: Int64 = 0,
        number: Int64 = 0, team: TeamID? = nil, channel: Channel = .website, requires: [AgentCapability]? = nil
    ) -> ConversationWaiting {
        ConversationWaiting(
            sessionID: id, customerID: .new(), channel: channel, priority: priority, sector: sector, preferredAgentID: preferred,
            statusSequence: sequence, assignmentNumber: number, teamID: team, requiredCapabilities: requires)
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
        let listener = replicas[replica].service.chatListener
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
        let listener = replicas[0].service.accountsListener
        try await database.transaction(.none) { try listener.apply([frame], in: $0) }
    }

    /// Accounts says how the company works.
    func hear(_ rules: BusinessRules, tenant: TenantID? = nil) async throws {
        let frame = try frame(BusinessRulesChanged(rules: rules), key: (tenant ?? self.tenant).uuid, tenant: tenant, stream: .accounts)
        let listener = replicas[0].service.accountsListener
        try await database.transaction(.none) { try listener.apply([frame], in: $0) }
    }

    func sectors(_ names: [String]) -> [SectorName] { ([SectorName.general] + names).map { SectorName(name: $0) } }

    // MARK: What is

    func item(_ id: ConversationID, tenant: TenantID? = nil) async throws -> WorkItem? {
        let tenant = tenant ?? self.tenant
        return try await database.query(
            .tenant(tenant),
            "SELECT \(WorkItem.columns) FROM router.work_items WHERE client_id = \(tenant) AND conversation_id = \(id)"
        ).first.map { try WorkItem($0) }
    }

    /// Who is asked for the work of a team without a fallback; nobody where the sector is.
    func answering(_ team: TeamID?) async throws -> Set<AgentID> {
        guard let team else { return [] }
        return Set(try await members(team).items.filter(\.active).flatMap { $0.assignments.map(\.agent.id) })
    }

    /// Latest first.
    func decisions(about conversation: ConversationID, limit: Int) async throws -> [Decision] {
        try await ask(ListDecisions(principal: admin, sessionID: conversation, limit: limit)).items
    }

    func place(of conversation: ConversationID, tenant: TenantID? = nil) async throws -> Session.QueuePlace? {
        try await ask(GetQueuePlace(clientID: tenant ?? self.tenant, sessionID: conversation)).place
    }

    func availability() async throws -> Availability { try await ask(GetAvailability(clientID: tenant)) }

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

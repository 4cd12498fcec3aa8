import Bus
import Contracts
import EventLog
import Foundation
import Logging
import RouterService
import ServiceKit
import ServiceLifecycle
import Storage
import TestSupport

/// The router as it runs, asked over ZeroMQ: agents take waiting conversations one after the other; and in a company of 10,000 agents who
/// are all full while 1,000 conversations wait, agents give one back and have the next when the answer comes.
/// On the server that SWITCHBOARD_TEST_CLUSTER_URL names.
struct RouteBenchmark {
    private static let warmUp = 100
    private static let claims = 1_000
    private static let agents = 10_000
    private static let waiting = 1_000
    private static let freed = 400

    private struct Unexpected: Error {
        let what: String
    }

    func run() async throws -> Figures {
        let test = try await TestDatabase.make([.router: RouterService.migrations, .chat: nil, .accounts: nil])
        let database = test.database(.router)
        let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        let bus = ZeroMQBus(
            ZeroMQBusConfiguration(service: .router, eventsEndpoint: "tcp://127.0.0.1:*", requestsEndpoint: "tcp://127.0.0.1:*"),
            directory: FixedDirectory(known: []), logger: logger)
        let service = RouterService(
            backbone: ServiceBackbone(service: .router, database: test.database(.router), bus: bus, logger: logger))
        let figures = try await withThrowingTaskGroup(of: Void.self) { group in
            for part in service.parts { group.addTask { try await part.run() } }
            let client = ZeroMQBus(
                ZeroMQBusConfiguration(service: .gateway), directory: FixedDirectory(known: [try await bus.bound()]), logger: logger)
            group.addTask { try await client.run() }
            let claims = try await claims(client, database, test)
            let freed = try await freed(client, database, test)
            group.cancelAll()
            return Figures([
                "claim_p50_us": claims.at(0.5), "claim_p99_us": claims.at(0.99), "freed_p50_us": freed.at(0.5),
                "freed_p99_us": freed.at(0.99), "freed_max_us": freed.max() ?? 0,
            ])
        }
        database.close()
        try await test.drop()
        return figures
    }

    /// From the request to the answer, in microseconds.
    private func claims(_ client: ZeroMQBus, _ database: Database, _ test: TestDatabase) async throws -> [Double] {
        let tenant = TenantID.new()
        let agents = try await make(20, capacity: 1_000, load: 0, status: "away", of: tenant, in: database)
        let conversations = try await queue(Self.warmUp + Self.claims, of: tenant, in: database)
        var times: [Double] = []
        for (index, conversation) in conversations.enumerated() {
            if index == Self.warmUp { try await settle(test) }
            let request = AssignConversation(
                principal: Principal(clientID: tenant, subject: agents[index % agents.count], role: .agent, name: "Agent"),
                sessionID: conversation, reason: "taken")
            let began = ContinuousClock.now
            _ = try await client.request(request, clientID: tenant)
            if index >= Self.warmUp { times.append((ContinuousClock.now - began).microseconds) }
        }
        let held = try await database.query(
            .tenant(tenant), "SELECT count(*) AS count FROM router.assignments WHERE client_id = \(tenant) AND ended_at IS NULL")
        guard try held[0]["count"] as Int == conversations.count else { throw Unexpected(what: "not every conversation is held") }
        return times
    }

    /// As an installation's tables are after a while: until then PostgreSQL plans for empty ones.
    private func settle(_ test: TestDatabase) async throws {
        let owner = test.admin()
        _ = try await owner.query(.none, "ANALYZE")
        owner.close()
    }

    /// From giving one back, to having the next and the answer, in microseconds.
    private func freed(_ client: ZeroMQBus, _ database: Database, _ test: TestDatabase) async throws -> [Double] {
        let tenant = TenantID.new()
        let agents = try await make(Self.agents, capacity: 1, load: 1, status: "online", of: tenant, in: database)
        let held = try await database.pipeline(
            .tenant(tenant),
            [
                """
                INSERT INTO router.work_items (client_id, conversation_id, customer_id, channel, sector, priority, weight, status,
                                               waiting_since, status_sequence, assignment_number, agent_id, assignment_id, updated_at)
                SELECT \(tenant), gen_random_uuid(), gen_random_uuid(), 'website', 'general', 5, 1, 'assigned', now(), 0, 1, id,
                       gen_random_uuid(), now()
                  FROM unnest(\(agents)) AS id
                """,
                """
                INSERT INTO router.assignments (client_id, id, number, conversation_id, agent_id, weight, reason, decision_id, waited, by_type,
                                                by_name, started_at)
                SELECT client_id, assignment_id, 1, conversation_id, agent_id, 1, 'routed', gen_random_uuid(), false, 'system', '', now()
                  FROM router.work_items WHERE client_id = \(tenant) AND status = 'assigned'
                """,
                "SELECT agent_id, conversation_id FROM router.work_items WHERE client_id = \(tenant) AND status = 'assigned'",
            ])[2].map { (agent: try $0["agent_id"] as AgentID, conversation: try $0["conversation_id"] as ConversationID) }
        _ = try await queue(Self.waiting, of: tenant, in: database)
        try await settle(test)
        var times: [Double] = []
        for (index, one) in held.prefix(Self.warmUp + Self.freed).enumerated() {
            let request = ReturnConversation(
                principal: Principal(clientID: tenant, subject: one.agent, role: .agent, name: "Agent"), sessionID: one.conversation,
                reason: "returned")
            let began = ContinuousClock.now
            _ = try await client.request(request, clientID: tenant)
            if index >= Self.warmUp { times.append((ContinuousClock.now - began).microseconds) }
        }
        let routed = try await database.query(
            .tenant(tenant),
            "SELECT count(*) AS count FROM router.assignments WHERE client_id = \(tenant) AND reason = 'routed' AND ended_at IS NULL AND waited"
        )
        guard try routed[0]["count"] as Int == Self.warmUp + Self.freed else {
            throw Unexpected(what: "not everybody freed has the next one")
        }
        return times
    }

    private func make(
        _ count: Int, capacity: Int, load: Int, status: String, of tenant: TenantID, in database: Database
    ) async throws -> [AgentID] {
        try await database.query(
            .tenant(tenant),
            """
            INSERT INTO router.sector_agents (client_id, id, name, type, sector, priority, capacity, load, channel_loads, active, user_role,
                                              status, present_until, announced_status, announced_load, announced_capacity, created_at,
                                              updated_at)
            SELECT \(tenant), gen_random_uuid(), 'Agent ' || n, 'human', 'general', 5, \(capacity), \(load),
                   CASE WHEN \(load) > 0 THEN jsonb_build_object('website', \(load)) ELSE '{}' END, true, 'agent', \(status),
                   now() + interval '1 day', \(status), \(load), \(capacity), now(), now()
              FROM generate_series(1, \(count)) AS n RETURNING id
            """
        ).map { try $0["id"] }
    }

    private func queue(_ count: Int, of tenant: TenantID, in database: Database) async throws -> [ConversationID] {
        try await database.query(
            .tenant(tenant),
            """
            INSERT INTO router.work_items (client_id, conversation_id, customer_id, channel, sector, priority, weight, status, waiting_since,
                                           status_sequence, updated_at)
            SELECT \(tenant), gen_random_uuid(), gen_random_uuid(), 'website', 'general', 5, 1, 'waiting', to_timestamp(1700000000 + n), 0,
                   now()
              FROM generate_series(1, \(count)) AS n RETURNING conversation_id
            """
        ).map { try $0["conversation_id"] }
    }
}

import Contracts
import Foundation
import RouterService
import ServiceKit
import Storage
import TestSupport
import Testing

extension RouterStage {
    /// What a counter of a replica stands at.
    func counter(_ name: String, on replica: Int = 0) throws -> Int {
        let lines = replicas[replica].backbone.metrics.exposition().split(separator: "\n")
        return try #require(lines.first { $0.hasPrefix(name + " ") }.flatMap { Int($0.dropFirst(name.count + 1)) })
    }

    /// A turn that changes nothing by itself.
    func turn(on replica: Int = 0) async throws {
        let unknown = ConversationID.new()
        try await hear(frames: [frame(status(unknown, .closed, number: 0), key: unknown.uuid, sequence: 1)], on: replica)
    }
}

@Suite struct `Agents known in memory` {
    private struct Crash: Error {}

    @Test func `are what another replica made of them`() async throws {
        let stage = try await RouterStage.make(replicas: 2)
        let ana = try await stage.agent("Ana", capacity: 1)
        for replica in 0..<2 { try await stage.turn(on: replica) }
        let read = try stage.counter("router_agent_rows_read_total", on: 1)
        for round in 1...6 {
            let conversation = ConversationID.new()
            let replica = round % 2
            try await stage.hear(frames: [stage.frame(stage.waiting(conversation), key: conversation.uuid)], on: replica)
            #expect(try await stage.item(conversation)?.agentID == ana, "round \(round)")
            let event = stage.status(conversation, .closed, number: 1)
            try await stage.hear(frames: [stage.frame(event, key: conversation.uuid, sequence: 5)], on: 1 - replica)
        }
        // What was chosen on one replica counts on the other one.
        try await stage.choose(.away, ana, on: 0)
        let conversation = ConversationID.new()
        try await stage.hear(frames: [stage.frame(stage.waiting(conversation), key: conversation.uuid)], on: 1)
        #expect(try await stage.item(conversation)?.status == .waiting)
        try await stage.choose(.online, ana, on: 1)
        #expect(try await stage.item(conversation)?.agentID == ana)
        #expect(try await stage.load(ana) == 1)
        #expect(try stage.counter("router_agent_rows_read_total", on: 1) > read, "otherwise nothing had to be read")
        #expect(try stage.counter("router_agents_known", on: 0) == 1)
    }

    @Test func `are not what a transaction that was undone made of them`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana", capacity: 1)
        try await stage.turn()
        let conversation = ConversationID.new()
        let frame = try stage.frame(stage.waiting(conversation), key: conversation.uuid)
        for _ in 0..<2 {
            let listener = stage.replicas[0].service.chatListener
            await #expect(throws: Crash.self) {
                try await stage.database.transaction(.none) { transaction in
                    try listener.apply([frame], in: transaction)
                    let held = try transaction.query("SELECT sum(load)::bigint AS load FROM router.sector_agents")
                    #expect(try held[0]["load"] as Int == 1, "otherwise nothing was undone")
                    throw Crash()
                }
            }
            #expect(try await stage.load(ana) == 0)
        }
        try await stage.hear(frames: [frame])
        #expect(try await stage.item(conversation)?.agentID == ana)
    }

    @Test func `see what was changed by hand`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana", capacity: 1)
        try await stage.turn()
        let superuser = stage.test.superuser()
        _ = try await superuser.query(.none, "UPDATE router.sector_agents SET sector = 'billing' WHERE id = \(ana)")
        let (general, billing) = (ConversationID.new(), ConversationID.new())
        try await stage.agent("Bea", capacity: 1)
        try await stage.hear(stage.waiting(billing, sector: "billing"))
        #expect(try await stage.item(billing)?.agentID == ana)
        try await stage.hear(stage.waiting(general, sector: "nowhere"))
        #expect(try await stage.item(general)?.sector == "general")
        #expect(try await stage.item(general)?.agentID != ana)
    }

    @Test func `are forgotten where there are too many, and read again`() async throws {
        let stage = try await RouterStage.make()
        let views = AgentViews(agentsMax: 1)
        let bus = stage.network.bus(for: .router, replica: stage.replicas.count + 1)
        let backbone = ServiceBackbone(service: .router, database: stage.database, bus: bus, logger: .tests)
        let listener = RouterService(backbone: backbone, views: views).chatListener
        let tenants = [stage.tenant, TenantID.new()]
        var agents: [TenantID: AgentID] = [:]
        for tenant in tenants { agents[tenant] = try await stage.agent("Agent", capacity: 2, tenant: tenant) }
        for round in 0..<2 {
            for tenant in tenants {
                let conversation = ConversationID.new()
                let frame = try stage.frame(stage.waiting(conversation), key: conversation.uuid, tenant: tenant)
                try await stage.database.transaction(.none) { try listener.apply([frame], in: $0) }
                #expect(try await stage.item(conversation, tenant: tenant)?.agentID == agents[tenant], "round \(round)")
                #expect(views.agentCount == 1)
                #expect(views.version(of: tenant) != nil)
                #expect(views.version(of: tenants.first { $0 != tenant }!) == nil)
            }
        }
        // Both at once: one of them is forgotten before its turn has come.
        let frames = try tenants.map { tenant in
            let conversation = ConversationID.new()
            return try stage.frame(stage.waiting(conversation), key: conversation.uuid, tenant: tenant)
        }
        try await stage.database.transaction(.none) { try listener.apply(frames, in: $0) }
        for (tenant, frame) in zip(tenants, frames) {
            #expect(try await stage.item(ConversationID(frame.header.key), tenant: tenant)?.status == .waiting, "both are full")
        }
    }

    @Test func `of a server that has started since are read again`() {
        let views = AgentViews()
        let (tenant, before, after) = (TenantID.new(), Date(timeIntervalSince1970: 1), Date(timeIntervalSince1970: 2))
        views.keep(AgentView([], learns: false), of: tenant, on: before)
        #expect(views.change(tenant, on: before) { $0.version } == 0)
        #expect(views.change(tenant, on: after) { $0.version } == nil)
        views.keep(AgentView([], learns: false), of: tenant, on: after)
        #expect(views.change(tenant, on: after) { $0.version } == 0)
    }

    @Test func `are offline in the turn that comes when their time is over, and are asked after before`() async throws {
        let stage = try await RouterStage.make()
        let (ana, bea) = (try await stage.agent("Ana"), try await stage.agent("Bea"))
        let superuser = stage.test.superuser()
        _ = try await superuser.query(
            .none, "UPDATE router.sector_agents SET present_until = clock_timestamp() + interval '3 seconds'")
        try await stage.turn()
        // Renewed without a word to this process.
        _ = try await superuser.query(
            .none,
            """
            INSERT INTO router.agent_connections (client_id, agent_id, gateway, expires_at)
            VALUES (\(stage.tenant), \(bea), gen_random_uuid(), now() + interval '1 hour')
            """)
        try await eventually("their time is over") {
            try await stage.count("SELECT count(*) AS count FROM router.sector_agents WHERE present_until > clock_timestamp()") == 0
        }
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))
        #expect(try await stage.item(conversation)?.agentID == bea)
        let said = try await stage.said(AgentPresenceChanged.self)
        #expect(said.last { $0.agentID == ana }?.status == .offline)
        #expect(said.last { $0.agentID == bea }?.status == .online)
        #expect(try await stage.replicas[0].service.presenceWatch.look() == 0, "everything was said")
    }

    @Test func `count as present until then, and are asked after together`() throws {
        let begin = Date(timeIntervalSince1970: 1_000)
        func record(_ until: Double, _ version: Int64) -> AgentRecord {
            var agent = AgentRecord(id: .new(), name: "Agent", kind: .human, isActive: true, userRole: .agent, at: begin)
            (agent.status, agent.connectedUntil, agent.version) = (.online, begin + until, version)
            agent.settlePresence(at: begin)
            agent.announced = agent.current
            return agent
        }
        let (first, second, third) = (record(10, 1), record(12, 2), record(60, 3))
        var view = AgentView([first, second, third], learns: false)
        #expect(view.lapsing(at: begin + 9.9) == [])
        #expect(Set(view.lapsing(at: begin + 10)) == [first.id, second.id])
        view.note(connections: [second.id: begin + 70], of: [first.id, second.id], at: begin + 10)
        #expect(view.unsaid == [first.id])
        #expect(view.agents[first.id]?.effectiveStatus == .offline && view.agents[second.id]?.effectiveStatus == .online)
        #expect(view.snapshots["general"]?.openCount == 2)
        #expect(view.lapsing(at: begin + 20) == [], "who is gone is asked after no more")
        view.extend([first.id, third.id], until: begin + 80)
        #expect(view.agents[first.id]?.effectiveStatus == .offline, "a turn says that somebody came")
        #expect(view.lapsing(at: begin + 66) == [second.id], "who was renewed is asked after later")
        // A row that was read later may say so again, an older one may not.
        view.note(third)
        var older = third
        (older.version, older.capacity) = (2, 77)
        view.note(older)
        #expect(view.agents[third.id]?.capacity == third.capacity)
        (older.version, older.deletedAt) = (4, begin)
        view.note(older)
        #expect(view.agents[third.id] == nil && view.snapshots["general"]?.count == 2 && view.version == 4)
    }

    @Test func `are 10,000 and 1,000 conversations wait: who is freed gets the first one, and nobody looks at all`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana", capacity: 1)
        let held = ConversationID.new()
        try await stage.hear(stage.waiting(held))
        #expect(try await stage.item(held)?.agentID == ana)
        try await stage.crowd(agents: 9_999, waiting: 1_000)
        try await stage.turn()
        let name = (rows: "router_agent_rows_read_total", candidates: "router_candidates_examined_total")
        let before = (rows: try stage.counter(name.rows), candidates: try stage.counter(name.candidates))
        #expect(before.rows >= 10_000, "read once, when nothing was known")
        #expect(try stage.counter("router_agents_known") == 10_000)

        try await stage.hear(stage.status(held, .closed, number: 1), sequence: 5)
        let first = try await stage.database.query(
            .tenant(stage.tenant), "SELECT conversation_id FROM router.assignments WHERE agent_id = \(ana) AND ended_at IS NULL")
        let next: ConversationID = try #require(try first.first?["conversation_id"])
        #expect(try await stage.item(next)?.waitingSince == Date(timeIntervalSince1970: 1_700_000_001), "it waited longest")
        #expect(try await stage.count("SELECT count(*) AS count FROM router.work_items WHERE status = 'waiting'") == 999)
        #expect(try stage.counter(name.rows) - before.rows <= 2)
        #expect(try stage.counter(name.candidates) - before.candidates == 1)
        let decision = try #require(try await stage.decisions(about: next, limit: 1).first)
        #expect(decision.chosenAgentID == ana && decision.refusalCounts == ["full": 9_999])
        #expect(decision.candidates.count == 1 + RoutingPolicy.refusedMax)

        // Another one: now its own change comes back, and nothing else.
        try await stage.hear(stage.status(next, .closed, number: 1), sequence: 5)
        #expect(try await stage.count("SELECT count(*) AS count FROM router.work_items WHERE status = 'waiting'") == 998)
        #expect(try stage.counter(name.rows) - before.rows <= 4)
        #expect(try stage.counter(name.candidates) - before.candidates == 2)
    }
}

extension RouterStage {
    /// So many machines, all full, and so many conversations that wait for somebody, one second after the other.
    func crowd(agents: Int, waiting: Int) async throws {
        let superuser = test.superuser()
        _ = try await superuser.query(
            .none,
            """
            INSERT INTO router.sector_agents (client_id, id, name, type, sector, priority, capacity, load, active, status, announced_status,
                                              announced_load, announced_capacity, created_at, updated_at)
            SELECT \(tenant), gen_random_uuid(), 'Machine ' || n, 'automated', 'general', 5, 1, 1, true, 'online', 'online', 1, 1, now(), now()
              FROM generate_series(1, \(agents)) AS n
            """)
        _ = try await superuser.query(
            .none,
            """
            INSERT INTO router.work_items (client_id, conversation_id, customer_id, channel, sector, priority, weight, status, waiting_since,
                                           status_sequence, updated_at)
            SELECT \(tenant), gen_random_uuid(), gen_random_uuid(), 'website', 'general', 5, 1, 'waiting', to_timestamp(1700000000 + n), 0,
                   now()
              FROM generate_series(1, \(waiting)) AS n
            """)
    }
}

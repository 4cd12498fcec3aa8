import Bus
import Contracts
import Foundation
import RouterService
import ServiceKit
import Storage
import Synchronization
import TestSupport
import Testing

@Suite struct `The router's tables` {
    static let tables = [
        "tenant_queues", "sector_agents", "agent_connections", "work_items", "assignments", "decisions", "decisions_other", "offers",
        "timers", "agent_audit", "policies",
    ]

    private func filled() async throws -> RouterStage {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        _ = try await stage.ask(RenewAgentConnections(gateway: .new(), agents: [ConnectedAgent(clientID: stage.tenant, agentID: ana)]))
        try await stage.hear(BusinessRules(version: 1, routing: RoutingSettings(preferredWaitSeconds: 1)))
        try await stage.hear(stage.waiting())
        try await stage.hear(BusinessRules(version: 2, routing: RoutingSettings(offerTimeoutSeconds: 60)))
        try await stage.hear(stage.waiting())
        return stage
    }

    @Test func `show nothing without a company in scope, nothing of another one, and all to verify`() async throws {
        let stage = try await filled()
        let verify = Database(DatabaseConfiguration(url: stage.test.verifyURL, poolSize: 1), logger: .tests)
        for table in Self.tables {
            let count: SQL = "SELECT count(*) AS count FROM router.\(identifier: table)"
            if table != "decisions_other" { #expect(try await stage.count(count) > 0, "\(table) is empty, so this would prove nothing") }
            #expect(try await stage.database.query(.none, count)[0]["count"] == 0, "\(table)")
            #expect(try await stage.database.query(.tenant(.new()), count)[0]["count"] == 0, "\(table)")
            if table != "decisions_other" { #expect(try await verify.query(.none, count)[0]["count"] as Int > 0, "\(table)") }
        }
        #expect(try await RowSecurity.unprotectedTables(in: [.router], of: stage.database) == [])
    }

    @Test func `do not take a row for another company`() async throws {
        let stage = try await filled()
        await #expect(throws: DatabaseError.self) {
            _ = try await stage.database.query(
                .tenant(stage.tenant), "INSERT INTO router.tenant_queues (client_id) VALUES (\(TenantID.new()))")
        }
    }

    @Test func `never hold more than an agent's capacity, whatever a statement says`() async throws {
        let stage = try await filled()
        await #expect(throws: DatabaseError.checkViolation(constraint: "sector_agents_load")) {
            _ = try await stage.database.query(.tenant(stage.tenant), "UPDATE router.sector_agents SET load = capacity + 1")
        }
    }

    @Test func `are watched: an agent with too much, or with a load that is not what it holds, is counted`() async throws {
        let stage = try await filled()
        let watch = stage.replicas[0].service.ledgerWatch
        #expect(try await stage.count("SELECT count(*) AS count FROM router.assignments WHERE ended_at IS NULL") > 0)
        var seen = try await watch.look()
        #expect(seen == (0, 0))
        let superuser = stage.test.superuser()
        _ = try await superuser.query(.none, "UPDATE router.assignments SET weight = weight + 1 WHERE ended_at IS NULL")
        seen = try await watch.look()
        #expect(seen == (0, 1))
        _ = try await superuser.query(.none, "ALTER TABLE router.sector_agents DROP CONSTRAINT sector_agents_load")
        _ = try await superuser.query(.none, "UPDATE router.sector_agents SET load = capacity + 1")
        seen = try await watch.look()
        #expect(seen == (1, 1))
        #expect(try stage.counter("router_agents_over_capacity") == 1 && stage.counter("router_agents_off_ledger") == 1)
    }

    @Test func `have this month's partition, and the service can make the next ones`() async throws {
        let stage = try await filled()
        #expect(
            try await stage.database.query(.tenant(stage.tenant), "SELECT count(*) AS count FROM router.decisions_other")[0]["count"] == 0)
        let superuser = stage.test.superuser()
        let partitions = try await superuser.query(
            .none, "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'router.decisions'::regclass ORDER BY 1"
        ).map { try $0["name"] as String }
        #expect(partitions.count == 4)
        let last = try #require(partitions.filter { $0 != "router.decisions_other" }.last)
        _ = try await superuser.query(.none, "DROP TABLE \(identifier: "router").\(identifier: String(last.dropFirst("router.".count)))")
        #expect(try await stage.database.query(.none, "SELECT router.prepare_decision_partitions() AS made")[0]["made"] == 1)
        #expect(try await stage.database.query(.none, "SELECT router.prepare_decision_partitions() AS made")[0]["made"] == 0)
        #expect(try await RowSecurity.unprotectedTables(in: [.router], of: stage.database) == [])
    }
}

@Suite struct `A decision` {
    @Test func `that cannot be kept undoes its claim`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let superuser = stage.test.superuser()
        _ = try await superuser.query(.none, "ALTER TABLE router.decisions ADD CONSTRAINT nothing_more CHECK (false) NOT VALID")
        let conversation = ConversationID.new()
        await #expect(throws: DatabaseError.checkViolation(constraint: "nothing_more")) {
            try await stage.hear(stage.waiting(conversation))
        }
        #expect(try await stage.load(ana) == 0)
        #expect(try await stage.item(conversation) == nil)
        #expect(try await stage.said(ConversationAssigned.self).isEmpty)
        _ = try await superuser.query(.none, "ALTER TABLE router.decisions DROP CONSTRAINT nothing_more")
        try await stage.hear(stage.waiting(conversation))
        #expect(try await stage.load(ana) == 1)
    }

    @Test func `can be made again from what it kept`() async throws {
        let stage = try await RouterStage.make()
        for name in ["Ana", "Bruno", "Carla"] { try await stage.agent(name) }
        let conversations = (0..<7).map { _ in ConversationID.new() }
        for conversation in conversations { try await stage.hear(stage.waiting(conversation)) }
        for conversation in conversations {
            let kept = try #require(
                try await stage.decisions(about: conversation, limit: 1).first)
            let again = RoutingPolicy().decide(
                RoutingSnapshot(try kept.candidates.map { try Candidate($0) }), try RoutingWork(inputs: kept.work))
            #expect(again.chosen == kept.chosenAgentID)
            #expect(again.candidates.map(\.terms) == kept.candidates.map(\.terms), "to the last bit")
            #expect(again.snapshotDigest == kept.snapshotDigest)
        }
    }
}

@Suite struct `Waiting customers` {
    @Test func `are told their place once, and again when it changes`() async throws {
        let stage = try await RouterStage.make()
        let heard = Mutex<[QueuePlaceChanged]>([])
        let gateway = stage.network.bus(for: .gateway)
        gateway.subscribe(to: .router) { delivery in
            guard case .ephemeral(let frame) = delivery, frame.subject == QueuePlaceChanged.subject else { return }
            if let event = try? JSON.decode(QueuePlaceChanged.self, from: frame.payload) { heard.withLock { $0.append(event) } }
        }
        func told(_ count: Int) async throws -> [QueuePlaceChanged] {
            try await eventually("\(count) places are told") { heard.withLock { $0.count } >= count }
            return heard.withLock { events in
                defer { events = [] }
                return events
            }
        }
        let conversations = try await stage.queued(3)
        let places = stage.replicas[0].service.queuePlaces
        await places.announce()
        #expect(try await told(3).sorted { $0.position < $1.position }.map(\.sessionID) == conversations)
        try await stage.hear(stage.waiting(conversations[2], priority: 9))
        await places.announce()
        await places.announce()
        let moved = try await told(3)
        #expect(moved.count == 3)
        #expect(moved.first { $0.sessionID == conversations[2] }?.position == 1)
        let agent = try await stage.agent(capacity: 1)
        #expect(try await stage.item(conversations[2])?.agentID == agent)
        await places.announce()
        #expect(try await told(2).map(\.position).sorted() == [1, 2])
    }
}

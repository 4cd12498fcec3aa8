import Contracts
import Foundation
import RouterService
import Storage
import TestSupport
import Testing

@Suite struct `A company whose queue cannot be worked on` {
    private static let settings = RoutingSettings(offerTimeoutSeconds: 20)

    @Test func `keeps no other company's offers from ending, and is tried again later`() async throws {
        let stage = try await RouterStage.make(settings: Self.settings)
        let other = TenantID.new()
        try await stage.hear(BusinessRules(version: 1, routing: Self.settings), tenant: other)
        // Whichever of the two ids comes first.
        let (broken, sound) = (stage.tenant, other)
        for tenant in [broken, sound] {
            try await stage.agent(tenant: tenant)
            try await stage.hear(stage.waiting(), tenant: tenant)
        }
        for tenant in [broken, sound] { #expect(try await stage.timers(of: tenant) == 1, "an offer of each waits for an answer") }
        _ = try await stage.database.query(
            .tenant(broken), "UPDATE router.policies SET settings = '{\"weights\": 1}' WHERE client_id = \(broken)")
        try await stage.pass(21)
        #expect(try await stage.offered(of: sound) == 0)
        #expect(try await stage.offered(of: broken) == 1, "it could not be worked on")
        #expect(try await stage.timers(of: broken, dueWithin: stage.world.secondsAhead) == 0, "its timer was put off")

        _ = try await stage.database.query(
            .tenant(broken), "UPDATE router.policies SET settings = \(try JSON.decode(JSONValue.self, from: JSON.encode(Self.settings)))")
        try await stage.pass(61)
        #expect(try await stage.offered(of: broken) == 0, "what was put off is done")
    }

    @Test func `keeps no other company's work from the sweep and no other's absence from being said`() async throws {
        let stage = try await RouterStage.make(settings: Self.settings)
        let tenants = [stage.tenant, .new(), .new()]
        for tenant in tenants {
            if tenant != stage.tenant { try await stage.hear(BusinessRules(version: 1, routing: Self.settings), tenant: tenant) }
            let agent = try await stage.agent(capacity: 0, tenant: tenant)
            try await stage.hear(stage.waiting(), tenant: tenant)
            // Said to be there, and gone for long.
            _ = try await stage.database.query(
                .tenant(tenant),
                "UPDATE router.sector_agents SET present_until = '2026-01-01' WHERE client_id = \(tenant) AND id = \(agent)")
        }
        _ = try await stage.database.query(
            .tenant(stage.tenant), "UPDATE router.policies SET settings = '{\"weights\": 1}' WHERE client_id = \(stage.tenant)")
        #expect(try await stage.replicas[0].service.presenceWatch.look() == 3)
        #expect(try await stage.replicas[0].service.presenceWatch.look() == 1, "the others' was said")
        #expect(try await stage.replicas[0].service.sweep.sweep() == 0)
        let counted = stage.replicas[0].backbone.metrics.exposition()
        #expect(counted.contains("switchboard_set_aside_total{loop=\"watching presence\"} 2"))
        #expect(counted.contains("switchboard_set_aside_total{loop=\"sweeping the queues\"} 1"))
    }
}

@Suite struct `A list of agents` {
    @Test func `ends a page early where more would not fit a reply`() async throws {
        let stage = try await RouterStage.make()
        for number in 0..<6 { try await stage.agent("Agent \(number)") }
        let tenant = stage.tenant
        _ = try await stage.database.query(
            .tenant(tenant),
            """
            UPDATE router.sector_agents
               SET capabilities = jsonb_build_array(jsonb_build_object('name', repeat('"', 400000), 'level', 1)) WHERE client_id = \(tenant)
            """)
        var (names, pages): ([String], Int) = ([], 0)
        var cursor: String?
        repeat {
            let page = try await stage.ask(ListAgents(principal: stage.admin, limit: 200, cursor: cursor))
            #expect(try JSON.encode(page).count <= 2 * 1024 * 1024)
            names += page.items.map(\.name)
            pages += 1
            cursor = page.nextCursor
        } while cursor != nil && pages < 20
        #expect(names == (0..<6).map { "Agent \($0)" })
        #expect(pages > 1, "otherwise it was no test of length")
    }

    @Test func `holds no text of one letter with any number of accents`() async throws {
        let stage = try await RouterStage.make()
        let stacked = "a" + String(repeating: "\u{301}", count: 1_000)
        for request in [
            SaveAgent(principal: stage.admin, id: .new(), isNew: true, name: stacked),
            SaveAgent(principal: stage.admin, id: .new(), isNew: true, name: "Ana", capabilities: [.init(name: stacked, level: 1)]),
            SaveAgent(principal: stage.admin, id: .new(), isNew: true, name: "\u{3164}"),
        ] {
            await #expect(throws: RoutingError.self) { _ = try await stage.ask(request) }
        }
        await #expect(throws: RoutingError.fieldInvalid(field: "name", detail: "has 2001 bytes; at most 800 are taken")) {
            _ = try await stage.ask(SaveTeam(principal: stage.admin, id: .new(), isNew: true, name: stacked, removesFallback: false))
        }
    }
}

extension RouterStage {
    fileprivate func timers(of tenant: TenantID, dueWithin seconds: Double = 86_400) async throws -> Int {
        try await database.query(
            .tenant(tenant),
            """
            SELECT count(*) AS count FROM router.timers
             WHERE client_id = \(tenant) AND kind = 'conversation' AND due_at <= clock_timestamp() + make_interval(secs => \(seconds))
            """)[0]["count"]
    }

    fileprivate func offered(of tenant: TenantID) async throws -> Int {
        try await database.query(
            .tenant(tenant), "SELECT count(*) AS count FROM router.offers WHERE client_id = \(tenant) AND state = 'offered'")[0]["count"]
    }
}

import Contracts
import Foundation
import RouterService
import Storage
import TestSupport
import Testing

@Suite struct `Past decisions` {
    /// Everything a decision can depend on: several policies, a learning one, preferred agents, returns, people's choices, waiting.
    private func past() async throws -> (stage: RouterStage, decisions: Int) {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana", capacity: 3)
        let bruno = try await stage.agent("Bruno", capacity: 3)
        let first = (0..<4).map { _ in ConversationID.new() }
        for id in first { try await stage.hear(stage.waiting(id, priority: 7, preferred: bruno)) }
        try await stage.hear(
            BusinessRules(
                version: 1,
                routing: RoutingSettings(
                    weights: ScoreWeights(success: 33.3, priority: 33.3, load: 33.3, handlingTime: 0.1, capability: 3),
                    learnedWeight: 11.1, measuresCapabilities: true)))
        let holder = try #require(try await stage.item(first[0])?.agentID)
        _ = try await stage.ask(ReturnConversation(principal: stage.principal(holder), sessionID: first[0], reason: "not mine"))
        try await stage.hear(stage.status(first[1], .resolved, number: 1), sequence: 9)
        let later = (0..<5).map { _ in ConversationID.new() }
        for id in later { try await stage.hear(stage.waiting(id)) }
        try await stage.hear(stage.status(first[2], .closed, number: 1), sequence: 9)
        try await stage.hear(BusinessRules(version: 2, routing: .standard))
        try await stage.hear(stage.status(first[3], .closed, number: 1), sequence: 9)
        try await stage.hear(stage.status(first[0], .closed, number: 3), sequence: 9)
        var ofBruno: ConversationID?
        for id in later where try await stage.item(id)?.agentID == bruno { ofBruno = id }
        _ = try await stage.ask(
            AssignConversation(
                principal: stage.principal(.new(), role: .supervisor), sessionID: try #require(ofBruno), agentID: ana, reason: ""))
        let count = try await stage.count("SELECT count(*) AS count FROM router.decisions")
        let outcomes = try await stage.count("SELECT count(DISTINCT outcome) AS count FROM router.decisions")
        let versions = try await stage.count("SELECT count(DISTINCT settings_version) AS count FROM router.decisions")
        #expect(outcomes == 4 && versions == 3, "\(outcomes) kinds of outcome by \(versions) policies: otherwise this would prove little")
        return (stage, count)
    }

    private func replay(_ stage: RouterStage, _ period: DecisionHistory.Period = .init()) async throws -> DecisionHistory.Result {
        let database = Database(DatabaseConfiguration(url: stage.test.verifyURL, poolSize: 1), logger: .tests)
        defer { database.close() }
        return try await DecisionHistory(database).replay(period)
    }

    @Test func `come out as they are kept, to the last bit`() async throws {
        let (stage, count) = try await past()
        let result = try await replay(stage)
        #expect(result.differences == [])
        #expect(result.examined == count && result.skipped == 0)
    }

    @Test func `are made again of one company, one conversation or one time alone`() async throws {
        let (stage, count) = try await past()
        let conversation: ConversationID = try await stage.database.query(
            .tenant(stage.tenant), "SELECT conversation_id FROM router.decisions GROUP BY 1 HAVING count(*) > 1 ORDER BY 1")[0][
                "conversation_id"]
        let own = try await replay(stage, .init(tenant: stage.tenant, conversation: conversation)).examined
        #expect(own > 1 && own < count)
        #expect(try await replay(stage, .init(tenant: .new())).examined == 0)
        #expect(try await replay(stage, .init(from: .distantPast, to: .distantFuture)).examined == count)
        #expect(try await replay(stage, .init(to: Date(timeIntervalSince1970: 0))).examined == 0)
        #expect(try await replay(stage, .init(from: Date(timeIntervalSinceNow: 86_400))).examined == 0)
    }

    @Test func `differ when anything that was kept is changed behind the router's back`() async throws {
        let (stage, _) = try await past()
        let superuser = stage.test.superuser()
        defer { superuser.close() }
        let first = "{0,inputs"
        let changes: [(what: String, set: SQL, which: SQL)] = [
            ("an input", "candidates = jsonb_set(candidates, \("\(first),load}")::text[], '9')", "outcome = 'assigned'"),
            (
                "a term's last bit",
                "candidates = jsonb_set(candidates, '{0,terms,total}', to_jsonb((candidates #>> '{0,terms,total}')::numeric + 0.00000000000001))",
                "outcome = 'assigned'"
            ),
            ("an input that is gone", "candidates = candidates #- \("\(first),priority}")::text[]", "outcome = 'assigned'"),
            (
                "a capability",
                "candidates = jsonb_set(candidates, \("\(first),capabilities}")::text[], '[{\"name\": \"pt\", \"level\": 1}]')",
                "outcome = 'assigned'"
            ),
            (
                "the order", "candidates = jsonb_build_array(candidates -> 1, candidates -> 0)",
                "outcome = 'assigned' AND jsonb_array_length(candidates) = 2 AND candidates #> '{1,terms,total}' <> 'null'"
            ),
            ("the choice", "chosen_agent_id = gen_random_uuid()", "outcome = 'assigned'"),
            ("the outcome", "outcome = 'assigned'", "outcome = 'queued'"),
            ("who was preferred", "work = jsonb_set(work, '{preferred_agent_id}', 'null')", "outcome = 'preferred'"),
            ("the work's weight", "work = jsonb_set(work, '{weight}', '1000')", "outcome = 'assigned'"),
            ("the settings", "settings_version = 77", "outcome = 'assigned'"),
            ("the count of refusals", "refusal_counts = '{}'", "refusal_counts <> '{}'"),
            ("the digest", "snapshot_digest = repeat('0', 64)", "outcome = 'assigned'"),
        ]
        for change in changes {
            // One row at a time; put back as it was.
            let row = try #require(
                try await superuser.query(.none, "SELECT id, at FROM router.decisions WHERE \(change.which) ORDER BY at LIMIT 1").first,
                "no decision to change for \(change.what)")
            let id: DecisionID = try row["id"]
            _ = try await superuser.query(.none, "CREATE TABLE public.kept AS SELECT * FROM router.decisions WHERE id = \(id)")
            let changed = try await superuser.query(.none, "UPDATE router.decisions SET \(change.set) WHERE id = \(id)")
            #expect(changed.affected == 1)
            let result = try await replay(stage)
            #expect(result.differences.map(\.decision) == [id], "\(change.what) was changed")
            _ = try await superuser.query(.none, "DELETE FROM router.decisions WHERE id = \(id)")
            _ = try await superuser.query(.none, "INSERT INTO router.decisions SELECT * FROM public.kept")
            _ = try await superuser.query(.none, "DROP TABLE public.kept")
            #expect(try await replay(stage).differences == [], "\(change.what) was put back")
        }
    }

    @Test func `by settings that were changed afterwards differ`() async throws {
        let (stage, _) = try await past()
        let superuser = stage.test.superuser()
        defer { superuser.close() }
        _ = try await superuser.query(
            .none, "UPDATE router.policies SET settings = jsonb_set(settings, '{learned_weight}', '5') WHERE version = 1")
        #expect(try await replay(stage).differing > 0)
    }

    @Test func `from before their work was kept are counted and left alone`() async throws {
        let (stage, count) = try await past()
        let superuser = stage.test.superuser()
        defer { superuser.close() }
        _ = try await superuser.query(.none, "UPDATE router.decisions SET work = NULL WHERE outcome = 'queued'")
        let result = try await replay(stage)
        #expect(result.skipped > 0 && result.examined + result.skipped == count && result.differing == 0)
    }

    @Test func `of a sector with more agents than are kept come out too`() async throws {
        let stage = try await RouterStage.make()
        let ids = (0..<230).map { _ in AgentID.new() }
        for id in ids { try await stage.hear(stage.user(id)) }
        let superuser = stage.test.superuser()
        defer { superuser.close() }
        _ = try await superuser.query(
            .none, "UPDATE router.sector_agents SET type = 'automated', status = 'online', priority = 3, capacity = 2")
        let last = try #require(ids.sorted().last)
        _ = try await superuser.query(.none, "UPDATE router.sector_agents SET priority = 0 WHERE id = \(last)")
        try await stage.hear(stage.waiting(), stage.waiting(preferred: last), stage.waiting())
        _ = try await superuser.query(.none, "UPDATE router.sector_agents SET status = 'away'")
        try await stage.hear(stage.waiting(preferred: last))
        #expect(try await stage.count("SELECT count(*) AS count FROM router.decisions WHERE jsonb_array_length(candidates) = 201") >= 1)
        let result = try await replay(stage)
        #expect(result.differences == [])
        #expect(result.examined == 4)
    }
}

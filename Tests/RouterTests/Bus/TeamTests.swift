import Bus
import Contracts
import Foundation
import RouterService
import Storage
import Testing

@Suite struct `A team` {
    @Test func `is made, changed and deleted, and each change is on record with who, before and after`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let team = try await stage.team("Returns")
        #expect((team.name, team.sector, team.memberCount, team.agentCount) == ("Returns", "general", 0, 0))
        let again = try await stage.team("Returns", id: team.id)
        #expect(again.id == team.id, "asked twice it is the same team")
        #expect(await field { _ = try await stage.team("Other", id: team.id) } == "id taken")
        let changed = try await stage.change(team.id, name: "Refunds")
        #expect(changed.name == "Refunds")
        let member = try await stage.works(ana, in: team.id)
        let seen = try await stage.ask(GetTeam(principal: stage.admin, id: team.id))
        #expect((seen.name, seen.memberCount, seen.agentCount) == ("Refunds", 1, 1))
        #expect(try await stage.change(member, role: "lead").role == "lead")
        try await stage.remove(member)
        try await stage.delete(team.id)
        await #expect(throws: RoutingError.teamNotFound(id: team.id)) { try await stage.delete(team.id) }
        let rows = try await stage.database.query(
            .tenant(stage.tenant),
            "SELECT action, actor_name, before IS NULL AS is_new, after IS NULL AS is_end FROM router.team_audit ORDER BY at, id")
        #expect(
            try rows.map { try $0["action"] as String } == [
                "team_created", "team_changed", "member_added", "agent_assigned", "member_changed", "assignment_ended", "member_removed",
                "team_deleted",
            ])
        #expect(try rows.allSatisfy { try $0["actor_name"] == "Carla" })
        #expect(try rows.map { try $0["is_new"] as Bool } == [true, false, true, true, false, false, false, false])
        #expect(try rows.map { try $0["is_end"] as Bool } == [false, false, false, false, false, true, true, true])
    }

    @Test func `is refused by the field's name when something cannot be`() async throws {
        let stage = try await RouterStage.make(sectors: ["billing"])
        let (ana, bruno) = (try await stage.agent("Ana"), try await stage.agent("Bruno"))
        let stranger = try await stage.agent("Eve", tenant: .new())
        let robot = try await stage.save(
            SaveAgent(principal: stage.admin, id: .new(), isNew: true, name: "Robot", kind: "automated", sector: "billing"))
        let team = try await stage.team("Returns")
        let member = try await stage.works(ana, in: team.id)
        let (a, b) = (try await stage.team("A"), try await stage.team("B"))
        let billing = try await stage.team("Billing", sector: "billing")
        #expect(await field { _ = try await stage.team("C") } == nil, "what follows is wrong in one place")
        #expect(await field { _ = try await stage.team("") } == "name")
        #expect(await field { _ = try await stage.team(" \t") } == "name")
        #expect(await field { _ = try await stage.team(String(repeating: "x", count: 201)) } == "name")
        #expect(await field { _ = try await stage.team("a\u{0}") } == "name")
        #expect(await field { _ = try await stage.team("RETURNS") } == "name taken")
        #expect(await field { _ = try await stage.team("D", sector: "") } == "sector")
        #expect(await field { _ = try await stage.team("D", sector: "sales") } == "sector", "the company has no such sector")
        #expect(await field { _ = try await stage.change(billing.id, sector: "sales") } == "sector")
        #expect(await field { _ = try await stage.change(team.id, sector: "billing") } == "sector", "its agents belong to another")
        #expect(await field { _ = try await stage.team("D", fallback: .new()) } == "fallback_team_id not found")
        #expect(await field { _ = try await stage.team("D", fallback: billing.id) } == "fallback_team_id", "another sector")
        #expect(await field { _ = try await stage.change(a.id, fallback: a.id) } == "fallback_team_id")
        _ = try await stage.change(a.id, fallback: b.id)
        _ = try await stage.change(b.id, fallback: team.id)
        #expect(await field { _ = try await stage.change(team.id, fallback: a.id) } == "fallback_team_id", "a circle of three")
        #expect(await field { _ = try await stage.join(stranger, team.id) } == "user_id not found", "another company's agent")
        #expect(await field { _ = try await stage.join(robot.id, team.id) } == "user_id")
        #expect(await field { _ = try await stage.join(ana, team.id) } == "user_id taken")
        #expect(await field { _ = try await stage.join(bruno, team.id, role: "king") } == "role")
        #expect(await field { _ = try await stage.join(bruno, team.id, id: member.id) } == "id taken")
        #expect(await field { _ = try await stage.assign(for: member) } == "agent_id taken")
        #expect(await field { _ = try await stage.assign(stranger, for: member) } == "agent_id not found")
        #expect(await field { _ = try await stage.assign(bruno, for: member) } == "agent_id", "another person")
        #expect(await field { _ = try await stage.assign(robot.id, for: member) } == "agent_id", "another sector")
        await #expect(throws: RoutingError.teamMemberNotFound(id: member.id)) { try await stage.change(member, role: "lead", in: a.id) }
        #expect(try await stage.change(a.id, removesFallback: true).fallbackTeamID == nil)
        #expect(await field { _ = try await stage.change(team.id, fallback: a.id) } == nil, "no circle any more")
        let untouched = try await stage.members(team.id).items
        #expect(untouched.map(\.user.name) == ["Ana"])
        #expect(untouched[0].assignments.map(\.agent.id) == [ana])
    }

    @Test func `keeps its sector while another team falls back to it`() async throws {
        let stage = try await RouterStage.make(sectors: ["sales"])
        let last = try await stage.team("Last line")
        let first = try await stage.team("First line", fallback: last.id)
        #expect(await field { _ = try await stage.change(last.id, sector: "sales") } == "sector")
        #expect(try await stage.teams().items.map(\.sector) == ["general", "general"])
        #expect(await field { _ = try await stage.change(last.id, name: "Second line", sector: "general") } == nil, "which it is already")
        _ = try await stage.change(first.id, removesFallback: true)
        #expect(try await stage.change(last.id, sector: "sales").sector == "sales")
    }

    @Test func `that is deleted leaves an entry for everything that ends with it, in the name of whoever deleted it`() async throws {
        let stage = try await RouterStage.make()
        let (ana, bruno) = (try await stage.agent("Ana"), try await stage.agent("Bruno"))
        let team = try await stage.team("Returns")
        let other = try await stage.team("Other", fallback: team.id)
        let member = try await stage.works(ana, in: team.id)
        let assignment = try #require(try await stage.members(team.id).items.first?.assignments.first)
        let idle = try await stage.join(bruno, team.id, role: "lead")
        let before = try await stage.teamAudit().count
        #expect(before == 5)
        let admin = stage.admin
        _ = try await stage.ask(DeleteTeam(principal: admin, id: team.id))
        let entries = try await stage.teamAudit(after: before)
        #expect(
            entries.map { "\($0.action) \($0.subject)" } == [
                "assignment_ended \(assignment.id.uuid)", "member_removed \(member.id.uuid)", "member_removed \(idle.id.uuid)",
                "team_changed \(other.id.uuid)", "team_deleted \(team.id.uuid)",
            ])
        #expect(entries.map(\.team) == [team.id, team.id, team.id, other.id, team.id])
        #expect(entries.allSatisfy { $0.actor == admin.subject })
        #expect(entries[0].before?["agent_id"]?.string == ana.description)
        #expect(entries[1].before?["user_id"]?.string == ana.description)
        #expect(entries[2].before?["role"]?.string == "lead")
        #expect(entries[3].before?["fallback_team_id"]?.string == team.id.description)
        #expect(entries[3].after?["fallback_team_id"] == .null)
        #expect(entries[4].before?["name"]?.string == "Returns")
        #expect(entries.filter { $0.after != nil }.map(\.action) == ["team_changed"])
        #expect(try await stage.teams().items.map(\.fallbackTeamID) == [nil])
    }

    @Test func `has it on record when an agent taken out of routing works for it no more`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let (team, other) = (try await stage.team("Returns"), try await stage.team("Other"))
        try await stage.works(ana, in: team.id)
        try await stage.works(ana, in: other.id)
        let before = try await stage.teamAudit().count
        let admin = stage.admin
        _ = try await stage.ask(DeleteAgent(principal: admin, id: ana))
        let entries = try await stage.teamAudit(after: before)
        #expect(entries.map(\.action) == ["assignment_ended", "assignment_ended"])
        #expect(Set(entries.map(\.team)) == [team.id, other.id])
        #expect(entries.allSatisfy { $0.actor == admin.subject && $0.before?["agent_id"]?.string == ana.description && $0.after == nil })
        #expect(try await stage.count("SELECT count(*) AS count FROM router.team_agent_assignments") == 0)
    }

    @Test func `is seen and changed by its own company only, and by those who may`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let team = try await stage.team()
        let eve = stage.principal(.new(), role: .administrator, tenant: .new())
        await #expect(throws: RoutingError.teamNotFound(id: team.id)) {
            try await stage.ask(GetTeam(principal: eve, id: team.id))
        }
        await #expect(throws: RoutingError.teamNotFound(id: team.id)) {
            try await stage.ask(DeleteTeam(principal: eve, id: team.id))
        }
        await #expect(throws: RoutingError.roleMayNot(role: "agent")) {
            try await stage.ask(DeleteTeam(principal: stage.principal(ana), id: team.id))
        }
        #expect(try await stage.teams().items.map(\.id) == [team.id])
    }

    @Test func `stands in lists by cursor and by page`() async throws {
        let stage = try await RouterStage.make()
        for number in 1...5 { _ = try await stage.team("Team \(number)") }
        var (names, cursor): ([String], String?) = ([], nil)
        repeat {
            let page = try await stage.teams(.after(cursor: cursor, limit: 2))
            #expect(page.place == nil && page.total == nil)
            names += page.items.map(\.name)
            cursor = page.nextCursor
        } while cursor != nil
        #expect(names == (1...5).map { "Team \($0)" })
        let last = try await stage.teams(.numbered(page: 3, size: 2))
        #expect(last.items.map(\.name) == ["Team 5"])
        #expect((last.place, last.total, last.nextCursor) == (.init(page: 3, pageSize: 2), 5, nil))
        #expect(try await stage.teams(.numbered(page: 4, size: 2)).items.isEmpty)
        #expect(await field { _ = try await stage.teams(.after(cursor: "%%", limit: 2)) } == "cursor")
        let team = try await stage.team("Team 6")
        for name in ["Ana", "Bruno", "Carla"] { try await stage.works(try await stage.agent(name), in: team.id) }
        let first = try await stage.members(team.id, .after(cursor: nil, limit: 2))
        let rest = try await stage.members(team.id, .after(cursor: first.nextCursor, limit: 2))
        #expect((first.items + rest.items).map(\.user.name) == ["Ana", "Bruno", "Carla"])
        #expect(rest.nextCursor == nil)
        #expect(try await stage.members(team.id, .numbered(page: 1, size: 2)).total == 3)
    }
}

import Bus
import Contracts
import Foundation
import Storage
import Testing

@testable import RouterService

extension RouterStage {
    func team(_ name: String = "Returns", id: TeamID = .new(), sector: String? = nil, fallback: TeamID? = nil) async throws -> Team {
        try await save(
            SaveTeam(principal: admin, id: id, isNew: true, name: name, sector: sector, fallbackTeamID: fallback, removesFallback: false))
    }

    func save(_ request: SaveTeam) async throws -> Team { try await SaveTeamHandler(desk: desk).answer(request, context: context) }

    func change(_ team: TeamID, name: String? = nil, sector: String? = nil, fallback: TeamID? = nil, removesFallback: Bool = false)
        async throws -> Team
    {
        try await save(
            SaveTeam(
                principal: admin, id: team, isNew: false, name: name, sector: sector, fallbackTeamID: fallback,
                removesFallback: removesFallback))
    }

    func join(_ user: UserID, _ team: TeamID, id: TeamMemberID = .new(), role: String? = nil) async throws -> TeamMember {
        try await SaveTeamMemberHandler(desk: desk).answer(
            SaveTeamMember(principal: admin, teamID: team, id: id, isNew: true, userID: user, role: role), context: context)
    }

    func change(_ member: TeamMember, role: String? = nil, active: Bool? = nil, in team: TeamID? = nil) async throws -> TeamMember {
        try await SaveTeamMemberHandler(desk: desk).answer(
            SaveTeamMember(principal: admin, teamID: team ?? member.teamID, id: member.id, isNew: false, role: role, active: active),
            context: context)
    }

    func assign(_ agent: AgentID? = nil, for member: TeamMember, id: TeamAssignmentID = .new()) async throws -> TeamAssignment {
        try await AssignTeamAgentHandler(desk: desk).answer(
            AssignTeamAgent(principal: admin, teamID: member.teamID, id: id, memberID: member.id, agentID: agent), context: context)
    }

    /// In the team with the own agent.
    @discardableResult
    func works(_ user: UserID, in team: TeamID) async throws -> TeamMember {
        let member = try await join(user, team)
        _ = try await assign(for: member)
        return member
    }

    func remove(_ member: TeamMember) async throws {
        _ = try await RemoveTeamMemberHandler(desk: desk).answer(
            RemoveTeamMember(principal: admin, teamID: member.teamID, id: member.id), context: context)
    }

    func delete(_ team: TeamID) async throws {
        _ = try await DeleteTeamHandler(desk: desk).answer(DeleteTeam(principal: admin, id: team), context: context)
    }

    func teams(_ page: PageRequest = .after(cursor: nil, limit: 50)) async throws -> NumberedPage<Team> {
        try await ListTeamsHandler(reader: reader).answer(ListTeams(principal: admin, page: page), context: context)
    }

    func members(_ team: TeamID, _ page: PageRequest = .after(cursor: nil, limit: 50)) async throws -> NumberedPage<TeamMember> {
        try await ListTeamMembersHandler(reader: reader).answer(
            ListTeamMembers(principal: admin, teamID: team, page: page), context: context)
    }

    func performance(_ team: TeamID, from: String? = nil) async throws -> [TeamPerformance] {
        try await ListTeamPerformanceHandler(reader: reader).answer(
            ListTeamPerformance(principal: admin, teamID: team, from: from, page: .numbered(page: 1, size: 50)), context: context
        ).items
    }

    func apply(_ operations: [TeamOperation], isAtomic: Bool, context: RequestContext? = nil) async throws -> TeamChanges {
        try await ChangeTeamsHandler(desk: desk).answer(
            ChangeTeams(principal: admin, operations: operations, isAtomic: isAtomic), context: context ?? self.context)
    }
}

/// The field that a refusal names, `nil` if there was none.
private func field(_ body: () async throws -> Void) async -> String? {
    do {
        try await body()
        return nil
    } catch RoutingError.fieldInvalid(let field, _) {
        return field
    } catch RoutingError.referenceNotFound(let field, _) {
        return "\(field) not found"
    } catch RoutingError.alreadyTaken(let field) {
        return "\(field) taken"
    } catch {
        return "\(error)"
    }
}

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
        let seen = try await GetTeamHandler(reader: stage.reader).answer(
            GetTeam(principal: stage.admin, id: team.id), context: stage.context)
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
        let stage = try await RouterStage.make()
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

    @Test func `is seen and changed by its own company only, and by those who may`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let team = try await stage.team()
        let eve = stage.principal(.new(), role: .administrator, tenant: .new())
        await #expect(throws: RoutingError.teamNotFound(id: team.id)) {
            try await GetTeamHandler(reader: stage.reader).answer(GetTeam(principal: eve, id: team.id), context: stage.context)
        }
        await #expect(throws: RoutingError.teamNotFound(id: team.id)) {
            try await DeleteTeamHandler(desk: stage.desk).answer(DeleteTeam(principal: eve, id: team.id), context: stage.context)
        }
        await #expect(throws: RoutingError.roleMayNot(role: "agent")) {
            try await DeleteTeamHandler(desk: stage.desk).answer(
                DeleteTeam(principal: stage.principal(ana), id: team.id), context: stage.context)
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

@Suite struct `A team's conversation` {
    @Test func `goes to the best agent of its active members, whoever else of the sector would be better`() async throws {
        let stage = try await RouterStage.make()
        let (ana, bruno, carla) = (try await stage.agent("Ana"), try await stage.agent("Bruno"), try await stage.agent("Carla"))
        _ = try await stage.save(SaveAgent(principal: stage.admin, id: carla, isNew: false, priority: 10))
        let team = try await stage.team()
        let first = try await stage.works(ana, in: team.id)
        try await stage.works(bruno, in: team.id)
        _ = try await stage.save(SaveAgent(principal: stage.admin, id: bruno, isNew: false, priority: 6))
        let (one, two) = (ConversationID.new(), ConversationID.new())
        try await stage.hear(stage.waiting(one, team: team.id))
        #expect(try await stage.item(one)?.agentID == bruno)
        let decision = try #require(try await stage.reader.decisions(about: one, of: stage.tenant, limit: 1, before: nil).first)
        #expect(decision.teamID == team.id)
        #expect(Set(decision.candidates.map(\.agentID)) == [ana, bruno], "nobody else was asked")
        try await stage.choose(.away, bruno)
        _ = try await stage.change(first, active: false)
        try await stage.hear(stage.waiting(two, team: team.id))
        #expect(try await stage.item(two)?.status == .waiting, "it waits for the team although Carla is free")
        _ = try await stage.change(first, active: true)
        #expect(try await stage.item(two)?.agentID == ana, "given at once to whoever joined in")
    }

    @Test func `goes to the fallback, and then to the sector, while no member has an agent`() async throws {
        let stage = try await RouterStage.make()
        let (ana, bruno) = (try await stage.agent("Ana"), try await stage.agent("Bruno"))
        _ = try await stage.save(SaveAgent(principal: stage.admin, id: bruno, isNew: false, priority: 10))
        let second = try await stage.team("Second line")
        let first = try await stage.team("First line", fallback: second.id)
        let (one, two) = (ConversationID.new(), ConversationID.new())
        try await stage.hear(stage.waiting(one, team: first.id))
        #expect(try await stage.item(one)?.agentID == bruno, "nobody is in either team")
        try await stage.works(ana, in: second.id)
        try await stage.hear(stage.waiting(two, team: first.id))
        #expect(try await stage.item(two)?.agentID == ana)
    }

    @Test func `goes to the preferred agent of the sector first`() async throws {
        let stage = try await RouterStage.make()
        let (ana, bruno) = (try await stage.agent("Ana"), try await stage.agent("Bruno"))
        let team = try await stage.team()
        try await stage.works(ana, in: team.id)
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation, preferred: bruno, team: team.id))
        #expect(try await stage.item(conversation)?.agentID == bruno)
    }

    @Test func `is what a held one becomes when it is passed on to the team`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))
        #expect(try await stage.item(conversation)?.agentID == ana)
        let (bruno, carla) = (try await stage.agent("Bruno"), try await stage.agent("Carla"))
        let team = try await stage.team()
        try await stage.works(carla, in: team.id)
        _ = try await stage.save(SaveAgent(principal: stage.admin, id: bruno, isNew: false, priority: 10))
        _ = try await ReturnConversationHandler(desk: stage.desk).answer(
            ReturnConversation(principal: stage.principal(ana), sessionID: conversation, reason: "Needs a refund", teamID: team.id),
            context: stage.context)
        #expect(try await stage.item(conversation)?.agentID == carla)
    }

    @Test func `is offered again when its agent's member leaves, and so is what the agent holds for no team`() async throws {
        let stage = try await RouterStage.make()
        let (ana, bruno) = (try await stage.agent("Ana"), try await stage.agent("Bruno"))
        let (team, other) = (try await stage.team("Returns"), try await stage.team("Other"))
        try await stage.choose(.offline, bruno)
        let member = try await stage.works(ana, in: team.id)
        let (ofTeam, ofNobody) = (ConversationID.new(), ConversationID.new())
        try await stage.hear(stage.waiting(ofTeam, team: team.id), stage.waiting(ofNobody))
        #expect(try await stage.load(ana) == 2)
        try await stage.works(bruno, in: team.id)
        try await stage.choose(.online, bruno)
        let elsewhere = try await stage.works(ana, in: other.id)
        try await stage.remove(member)
        #expect(try await stage.item(ofTeam)?.agentID == bruno)
        #expect(try await stage.item(ofNobody)?.agentID == ana, "she works for another team still")
        try await stage.remove(elsewhere)
        #expect(try await stage.item(ofNobody)?.agentID == bruno)
        #expect(try await stage.load(ana) == 0)
        #expect(Set(try await stage.said(ConversationUnassigned.self).map(\.sessionID)) == [ofTeam, ofNobody])
        await #expect(throws: RoutingError.teamMemberNotFound(id: member.id)) { try await stage.remove(member) }
    }

    @Test func `keeps nobody else waiting, however many wait for a full team`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana", capacity: 1)
        let team = try await stage.team()
        try await stage.works(ana, in: team.id)
        let ofTeam = QueueTurn.pageSize * QueueTurn.pagesMax + 2
        for _ in 0..<2 {
            try await stage.hear(
                frames: try (0..<ofTeam / 2).map { _ in
                    let event = stage.waiting(team: team.id)
                    return try stage.frame(event, key: event.sessionID.uuid)
                })
        }
        let last = ConversationID.new()
        try await stage.hear(stage.waiting(last))
        #expect(
            try await stage.count("SELECT count(*) AS count FROM router.work_items WHERE status = 'waiting'") == ofTeam,
            "more wait before it than one transaction reads")
        let bruno = try await stage.agent("Bruno")
        #expect(try await stage.item(last)?.agentID == bruno)
    }

    @Test func `outlives its team, and what the team did stays on record`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana", capacity: 2)
        let team = try await stage.team()
        try await stage.works(ana, in: team.id)
        let (done, held, waiting) = (ConversationID.new(), ConversationID.new(), ConversationID.new())
        for id in [done, held, waiting] { try await stage.hear(stage.waiting(id, team: team.id)) }
        try await stage.choose(.busy, ana)
        try await stage.hear(stage.status(done, .resolved, number: 1), sequence: 1)
        let day = try #require(try await stage.performance(team.id).first)
        #expect((day.assignedCount, day.resolvedCount, day.givenUpCount, day.successRate) == (2, 1, 0, 1))
        #expect(day.meanHandlingSeconds.map { $0 >= 0 } == true)
        try await stage.delete(team.id)
        for id in [held, waiting] {
            let item = try #require(try await stage.item(id))
            #expect((item.status, item.teamID) == (.waiting, nil))
        }
        #expect(try await stage.load(ana) == 0)
        #expect(try await stage.count("SELECT count(*) AS count FROM router.team_members") == 0)
        #expect(try await stage.count("SELECT count(*) AS count FROM router.team_agent_assignments") == 0)
        #expect(try await stage.performance(team.id).map(\.teamName) == ["Returns"])
        #expect(try await stage.performance(team.id, from: "2999-01-01").isEmpty)
        #expect(await field { _ = try await stage.performance(team.id, from: "2026-02-30") } == "from")
        let bruno = try await stage.agent("Bruno")
        #expect(try await stage.load(bruno) == 2, "the sector answers what waited for the team")
    }
}

@Suite struct `Several changes of teams at once` {
    static func everything(_ team: TeamID, _ member: TeamMemberID, _ robot: AgentID, _ user: UserID) -> [TeamOperation] {
        [
            TeamOperation(.createTeam, id: EntityID(team.uuid), name: "Returns"),
            TeamOperation(.addMember, id: EntityID(member.uuid), teamID: team, userID: user, role: "lead"),
            TeamOperation(.createAgent, id: EntityID(robot.uuid), name: "Robot", type: "automated", capacity: 3),
            TeamOperation(.assignAgent, id: .new(), teamID: team, memberID: member, agentID: robot),
            TeamOperation(.changeTeam, id: EntityID(team.uuid), name: "Refunds"),
        ]
    }

    @Test func `happen together, those of agents too, and once however often they are asked for`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let (team, member, robot) = (TeamID.new(), TeamMemberID.new(), AgentID.new())
        let operations = Self.everything(team, member, robot, ana)
        let context = stage.context
        let first = try await stage.apply(operations, isAtomic: true, context: context)
        #expect(first.applied == 5)
        #expect(try await stage.members(team).items.map { $0.assignments.map(\.agent.name) } == [["Robot"]])
        #expect(try await stage.teams().items.map(\.name) == ["Refunds"])
        let leave = TeamOperation(.removeMember, id: EntityID(member.uuid), teamID: team)
        let once = stage.context
        for _ in 0..<2 { #expect(try await stage.apply([leave], isAtomic: true, context: once).applied == 1) }
    }

    @Test func `leave nothing behind when one of all is refused`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        var operations = Self.everything(.new(), .new(), .new(), ana)
        operations.append(TeamOperation(.deleteTeam, id: .new()))
        do {
            _ = try await stage.apply(operations, isAtomic: true)
            Issue.record("it was not refused")
        } catch RoutingError.operationRefused(let index, let code, _) {
            #expect((index, code) == (5, "team-not-found"))
        }
        #expect(try await stage.teams().items.isEmpty)
        #expect(try await stage.count("SELECT count(*) AS count FROM router.team_audit") == 0)
        #expect(try await stage.count("SELECT count(*) AS count FROM router.sector_agents") == 1)
    }

    @Test func `happen row by row when asked so, and each refused row says why`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let (team, member) = (TeamID.new(), TeamMemberID.new())
        var operations = Self.everything(team, member, .new(), ana)
        operations.insert(TeamOperation(.addMember, id: .new(), teamID: team, userID: .new()), at: 1)
        operations.insert(TeamOperation(.createTeam, id: .new(), name: "returns"), at: 2)
        operations.append(TeamOperation(.addMember, id: .new(), userID: ana))
        let changes = try await stage.apply(operations, isAtomic: false)
        #expect(changes.applied == 5)
        #expect(
            changes.results.compactMap { result in result.refusal.map { "\(result.index) \($0.code)" } } == [
                "1 reference-not-found", "2 already-taken", "7 field-invalid",
            ])
        #expect(try await stage.teams().items.map(\.name) == ["Refunds"])
        #expect(try await stage.members(team).items.map(\.id) == [member])
        #expect(await field { _ = try await stage.apply([], isAtomic: false) } == "operations")
    }
}

@Suite struct `Asking why` {
    @Test func `is answered to agents about what came to them, and about nothing else`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))
        func ask(_ principal: Principal) async throws -> Int {
            try await ListDecisionsHandler(reader: stage.reader).answer(
                ListDecisions(principal: principal, sessionID: conversation, limit: 10), context: stage.context
            ).items.count
        }
        #expect(try await ask(stage.principal(ana)) == 1)
        try await stage.hear(stage.status(conversation, .closed, number: 1), sequence: 2)
        #expect(try await ask(stage.principal(ana)) == 1, "also afterwards")
        #expect(try await ask(stage.admin) == 1)
        await #expect(throws: RoutingError.conversationNotFound(id: conversation)) { _ = try await ask(stage.principal(.new())) }
    }
}

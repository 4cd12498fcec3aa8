import Bus
import Contracts
import Foundation
import RouterService
import Storage
import Testing

extension RouterStage {
    func team(_ name: String = "Returns", id: TeamID = .new(), sector: String? = nil, fallback: TeamID? = nil) async throws -> Team {
        try await save(
            SaveTeam(principal: admin, id: id, isNew: true, name: name, sector: sector, fallbackTeamID: fallback, removesFallback: false))
    }

    func save(_ request: SaveTeam) async throws -> Team { try await ask(request) }

    func change(_ team: TeamID, name: String? = nil, sector: String? = nil, fallback: TeamID? = nil, removesFallback: Bool = false)
        async throws -> Team
    {
        try await save(
            SaveTeam(
                principal: admin, id: team, isNew: false, name: name, sector: sector, fallbackTeamID: fallback,
                removesFallback: removesFallback))
    }

    func join(_ user: UserID, _ team: TeamID, id: TeamMemberID = .new(), role: String? = nil) async throws -> TeamMember {
        try await ask(SaveTeamMember(principal: admin, teamID: team, id: id, isNew: true, userID: user, role: role))
    }

    func change(_ member: TeamMember, role: String? = nil, active: Bool? = nil, in team: TeamID? = nil) async throws -> TeamMember {
        try await ask(
            SaveTeamMember(principal: admin, teamID: team ?? member.teamID, id: member.id, isNew: false, role: role, active: active))
    }

    func assign(_ agent: AgentID? = nil, for member: TeamMember, id: TeamAssignmentID = .new()) async throws -> TeamAssignment {
        try await ask(AssignTeamAgent(principal: admin, teamID: member.teamID, id: id, memberID: member.id, agentID: agent))
    }

    /// In the team with the own agent.
    @discardableResult
    func works(_ user: UserID, in team: TeamID) async throws -> TeamMember {
        let member = try await join(user, team)
        _ = try await assign(for: member)
        return member
    }

    func remove(_ member: TeamMember) async throws {
        _ = try await ask(RemoveTeamMember(principal: admin, teamID: member.teamID, id: member.id))
    }

    func delete(_ team: TeamID) async throws {
        _ = try await ask(DeleteTeam(principal: admin, id: team))
    }

    func end(_ assignment: TeamAssignmentID, in team: TeamID) async throws {
        _ = try await ask(EndTeamAssignment(principal: admin, teamID: team, id: assignment))
    }

    func delete(agent id: AgentID) async throws {
        _ = try await ask(DeleteAgent(principal: admin, id: id))
    }

    /// What was done to teams, in its order.
    /// - Parameter count: entries that are of no interest.
    func teamAudit(after count: Int = 0) async throws -> [TeamAuditEntry] {
        try await database.query(
            .tenant(tenant),
            """
            SELECT action, team_id, subject_id, actor_id, before, after FROM router.team_audit
             WHERE client_id = \(tenant) ORDER BY at, id OFFSET \(count)
            """
        ).map {
            TeamAuditEntry(
                action: try $0["action"], team: try $0["team_id"], subject: try $0["subject_id"], actor: try $0["actor_id"],
                before: try $0["before"], after: try $0["after"])
        }
    }

    func teams(_ page: PageRequest = .after(cursor: nil, limit: 50)) async throws -> NumberedPage<Team> {
        try await ask(ListTeams(principal: admin, page: page))
    }

    func members(_ team: TeamID, _ page: PageRequest = .after(cursor: nil, limit: 50)) async throws -> NumberedPage<TeamMember> {
        try await ask(ListTeamMembers(principal: admin, teamID: team, page: page))
    }

    func performance(_ team: TeamID, from: String? = nil, to: String? = nil) async throws -> [TeamPerformance] {
        try await ask(ListTeamPerformance(principal: admin, teamID: team, from: from, to: to, page: .numbered(page: 1, size: 50))).items
    }

    func apply(_ operations: [TeamOperation], isAtomic: Bool, key: RequestKey = .random()) async throws -> TeamChanges {
        try await ask(ChangeTeams(principal: admin, operations: operations, isAtomic: isAtomic), key: key)
    }
}

struct TeamAuditEntry {
    let action: String
    let team: TeamID
    let subject: UUID
    let actor: AgentID?
    let before: JSONValue?
    let after: JSONValue?
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

@Suite struct `A team's conversation` {
    @Test func `is counted with the team while it waits or is on offer, and no longer`() async throws {
        let stage = try await RouterStage.make(settings: `An offer`.asking)
        stage.keepTime()
        let (team, other) = (try await stage.team("Returns"), try await stage.team("Sales"))
        func counts() async throws -> [Int] { try await stage.teams().items.map(\.waitingCount) }
        #expect(try await counts() == [0, 0])
        let first = ConversationID.new()
        try await stage.hear(
            stage.waiting(first, team: team.id), stage.waiting(team: team.id), stage.waiting(), stage.waiting(team: other.id))
        #expect(try await counts() == [2, 1])
        let ana = try await stage.agent("Ana", capacity: 1)
        let offer = try #require(try await stage.offers(to: ana).first)
        #expect(offer.sessionID == first)
        #expect(try await counts() == [2, 1])
        _ = try await stage.accept(offer.id, by: ana)
        #expect(try await counts() == [1, 1])
        #expect(try await stage.change(team.id, name: "Refunds").waitingCount == 1)
    }

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
        let decision = try #require(try await stage.decisions(about: one, limit: 1).first)
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

    /// What makes an agent no agent of its team any more.
    enum Leaving: String, CaseIterable, Sendable {
        case switchedOff, disabled, inAnotherSector, takenOut

        /// - Parameter held: is over before: whoever holds something is not taken out.
        func happen(to agent: AgentID, _ stage: RouterStage, afterClosing held: ConversationID? = nil) async throws {
            if let held {
                try await stage.choose(.away, agent)
                try await stage.hear(stage.status(held, .closed, number: 1), sequence: 1)
            }
            switch self {
            case .switchedOff: _ = try await stage.save(SaveAgent(principal: stage.admin, id: agent, isNew: false, active: false))
            case .disabled: try await stage.hear(stage.user(agent, name: "Ana", disabled: true), isNew: false)
            case .inAnotherSector:
                _ = try await stage.save(SaveAgent(principal: stage.admin, id: agent, isNew: false, sector: "sales"))
            case .takenOut: try await stage.delete(agent: agent)
            }
        }

        /// - Returns: whether it comes back.
        func end(for agent: AgentID, _ stage: RouterStage) async throws -> Bool {
            switch self {
            case .switchedOff: _ = try await stage.save(SaveAgent(principal: stage.admin, id: agent, isNew: false, active: true))
            case .disabled: try await stage.hear(stage.user(agent, name: "Ana"), isNew: false)
            case .inAnotherSector:
                _ = try await stage.save(SaveAgent(principal: stage.admin, id: agent, isNew: false, sector: "general"))
            case .takenOut: return false
            }
            return true
        }
    }

    @Test(arguments: Leaving.allCases) func `goes at once to the fallback, then to the sector, when its team's last agent may have none`(
        leaving: Leaving
    ) async throws {
        let stage = try await RouterStage.make(sectors: ["sales"])
        let (ana, bruno, carla) = (
            try await stage.agent("Ana"), try await stage.agent("Bruno", capacity: 1), try await stage.agent("Carla")
        )
        let second = try await stage.team("Second line")
        let first = try await stage.team("First line", fallback: second.id)
        try await stage.works(ana, in: first.id)
        try await stage.works(bruno, in: second.id)
        try await stage.choose(.away, ana)
        let (one, two) = (ConversationID.new(), ConversationID.new())
        try await stage.hear(stage.waiting(one, team: first.id), stage.waiting(two, team: first.id))
        func asked() async throws -> Set<AgentID> {
            Set(
                try await stage.ask(SelectAgent(principal: stage.admin, channel: .website, teamID: first.id)).candidates.map(\.agentID))
        }
        #expect(try await stage.item(one)?.status == .waiting, "Ana is only away, so nobody else is asked")
        #expect(try await asked() == [ana])

        try await leaving.happen(to: ana, stage)
        #expect(try await stage.item(one)?.agentID == bruno)
        #expect(try await asked() == [bruno])
        #expect(try await stage.item(two)?.status == .waiting, "Bruno is only full")
        let decision = try #require(try await stage.decisions(about: two, limit: 1).first)
        #expect(decision.candidates.map(\.agentID) == [bruno], "why it waits now is said anew")

        try await leaving.happen(to: bruno, stage, afterClosing: one)
        #expect(try await stage.item(two)?.agentID == carla)
        #expect(try await asked().contains(carla), "the whole sector")

        guard try await leaving.end(for: ana, stage) else { return }
        #expect(try await asked() == [ana], "she counts again")
        let three = ConversationID.new()
        try await stage.hear(stage.waiting(three, team: first.id))
        #expect(try await stage.item(three)?.status == .waiting)
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
        _ = try await stage.ask(
            ReturnConversation(principal: stage.principal(ana), sessionID: conversation, reason: "Needs a refund", teamID: team.id))
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

    @Test func `leaves a person with the membership, although the assignment ended before`() async throws {
        let stage = try await RouterStage.make()
        let (ana, bruno) = (try await stage.agent("Ana"), try await stage.agent("Bruno"))
        try await stage.choose(.offline, bruno)
        let team = try await stage.team()
        let member = try await stage.works(ana, in: team.id)
        let (ofTeam, ofNobody) = (ConversationID.new(), ConversationID.new())
        try await stage.hear(stage.waiting(ofTeam, team: team.id), stage.waiting(ofNobody))
        #expect(try await stage.load(ana) == 2)
        let assignment = try #require(try await stage.members(team.id).items.first?.assignments.first)
        try await stage.end(assignment.id, in: team.id)
        #expect(try await stage.load(ana) == 2, "whoever has it goes on with it")
        try await stage.works(bruno, in: team.id)
        try await stage.remove(member)
        #expect(try await stage.item(ofTeam)?.status == .waiting)
        #expect(try await stage.item(ofNobody)?.agentID == ana, "that was never the team's")
        try await stage.choose(.online, bruno)
        #expect(try await stage.item(ofTeam)?.agentID == bruno)
    }

    @Test func `is counted as given up when the member is removed or the team deleted`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let team = try await stage.team("Returns")
        let member = try await stage.works(ana, in: team.id)
        func counts() async throws -> [[Int]] {
            try await stage.performance(team.id).map { [$0.assignedCount, $0.resolvedCount, $0.givenUpCount] }
        }
        let (ofTeam, ofNobody) = (ConversationID.new(), ConversationID.new())
        try await stage.hear(stage.waiting(ofTeam, team: team.id), stage.waiting(ofNobody))
        #expect(try await counts() == [[2, 0, 0]])
        try await stage.choose(.busy, ana)
        try await stage.remove(member)
        #expect(try await counts() == [[2, 0, 2]])
        try await stage.works(ana, in: team.id)
        let bruno = try await stage.agent("Bruno")
        #expect(try await stage.item(ofNobody)?.agentID == bruno, "who is in no team")
        try await stage.works(bruno, in: team.id)
        #expect(try await stage.item(ofTeam)?.agentID == bruno)
        #expect(try await counts() == [[3, 0, 2]])
        try await stage.delete(team.id)
        #expect(try await counts() == [[3, 0, 3]])
        #expect(try await stage.item(ofNobody)?.agentID == bruno, "what was never the team's is not lost with it")
        #expect(try await stage.performance(team.id).map(\.teamName) == ["Returns"])
    }

    @Test func `is counted for the team it waited for alone, and one for no team for each that its agent is in`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let (team, other) = (try await stage.team("Returns"), try await stage.team("Other"))
        try await stage.works(ana, in: team.id)
        try await stage.works(ana, in: other.id)
        func counts(_ team: TeamID) async throws -> [[Int]] {
            try await stage.performance(team).map { [$0.assignedCount, $0.resolvedCount, $0.givenUpCount] }
        }
        let (ofTeam, ofNobody, passedOn) = (ConversationID.new(), ConversationID.new(), ConversationID.new())
        try await stage.hear(stage.waiting(ofTeam, team: team.id))
        #expect(try await counts(team.id) == [[1, 0, 0]])
        #expect(try await counts(other.id).isEmpty)
        try await stage.hear(stage.waiting(ofNobody))
        #expect(try await counts(team.id) == [[2, 0, 0]])
        #expect(try await counts(other.id) == [[1, 0, 0]])
        try await stage.hear(stage.status(ofTeam, .resolved, number: 1), sequence: 1)
        try await stage.hear(stage.status(ofNobody, .resolved, number: 1), sequence: 1)
        #expect(try await counts(team.id) == [[2, 2, 0]])
        #expect(try await counts(other.id) == [[1, 1, 0]])
        try await stage.hear(stage.waiting(passedOn, team: team.id))
        _ = try await stage.ask(
            ReturnConversation(principal: stage.admin, sessionID: passedOn, reason: "Another's", teamID: other.id))
        #expect(try await stage.item(passedOn)?.teamID == other.id)
        #expect(try await counts(team.id) == [[3, 2, 1]], "given up by the team that had it")
        #expect(try await counts(other.id) == [[1, 1, 0]])
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
        #expect(await field { _ = try await stage.performance(team.id, from: "2026-02-02", to: "2026-02-01") } == "to")
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
        let key = RequestKey.random()
        let first = try await stage.apply(operations, isAtomic: true, key: key)
        #expect(first.applied == 5)
        #expect(try await stage.members(team).items.map { $0.assignments.map(\.agent.name) } == [["Robot"]])
        #expect(try await stage.teams().items.map(\.name) == ["Refunds"])
        let leave = TeamOperation(.removeMember, id: EntityID(member.uuid), teamID: team)
        let once = RequestKey.random()
        for _ in 0..<2 { #expect(try await stage.apply([leave], isAtomic: true, key: once).applied == 1) }
    }

    @Test func `take every member that one change takes`() async throws {
        let stage = try await RouterStage.make()
        let (team, fallback, robot) = (TeamID.new(), TeamID.new(), AgentID.new())
        let made = try await stage.apply(
            [
                TeamOperation(.createTeam, id: EntityID(fallback.uuid), name: "Others"),
                TeamOperation(.createTeam, id: EntityID(team.uuid), fallbackTeamID: fallback, name: "Returns"),
                TeamOperation(.createAgent, id: EntityID(robot.uuid), name: "Robot", type: "automated"),
                TeamOperation(
                    .changeAgent, id: EntityID(robot.uuid), channelCapacities: ["email": 2], successRate: 0.5, meanHandlingSeconds: 90),
            ], isAtomic: true)
        #expect(made.applied == 4)
        let agent = try #require(try await stage.ask(ListAgents(principal: stage.admin, limit: 9)).items.first { $0.id == robot })
        #expect(agent.channelCapacities == ["email": 2] && agent.successRate == 0.5 && agent.meanHandlingSeconds == 90)
        #expect(try await stage.teams().items.first { $0.id == team }?.fallbackTeamID == fallback)
        let unchanged = TeamOperation(.changeTeam, id: EntityID(team.uuid), description: "Parcels")
        _ = try await stage.apply([unchanged], isAtomic: true)
        #expect(try await stage.teams().items.first { $0.id == team }?.fallbackTeamID == fallback, "what is left out stays")
        let parted = TeamOperation(.changeTeam, id: EntityID(team.uuid), removesFallback: true)
        _ = try await stage.apply([parted], isAtomic: true)
        #expect(try await stage.teams().items.first { $0.id == team }.map { $0.fallbackTeamID == nil } == true)
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

    @Test func `name the sector that the company does not have, and leave nothing behind`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        for operation in [
            TeamOperation(.createTeam, id: .new(), name: "Sellers", sector: "sales"),
            TeamOperation(.createAgent, id: .new(), name: "Seller", sector: "sales", type: "automated"),
        ] {
            let operations = Self.everything(.new(), .new(), .new(), ana) + [operation]
            do {
                _ = try await stage.apply(operations, isAtomic: true)
                Issue.record("it was not refused")
            } catch RoutingError.operationRefused(let index, let code, let details) {
                #expect((index, code) == (5, "field-invalid"))
                #expect(details["field"]?.string == "sector")
            }
        }
        #expect(try await stage.teams().items.isEmpty)
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
            try await stage.ask(ListDecisions(principal: principal, sessionID: conversation, limit: 10)).items.count
        }
        #expect(try await ask(stage.principal(ana)) == 1)
        try await stage.hear(stage.status(conversation, .closed, number: 1), sequence: 2)
        #expect(try await ask(stage.principal(ana)) == 1, "also afterwards")
        #expect(try await ask(stage.admin) == 1)
        await #expect(throws: RoutingError.conversationNotFound(id: conversation)) { _ = try await ask(stage.principal(.new())) }
    }
}

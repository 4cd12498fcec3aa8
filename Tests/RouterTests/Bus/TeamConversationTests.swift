import Bus
import Contracts
import Foundation
import RouterService
import Storage
import Testing

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

    @Test func `is said with its team, to chat and in the events' headers`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let team = try await stage.team()
        try await stage.works(ana, in: team.id)
        let id = ConversationID.new()
        try await stage.hear(stage.waiting(id, team: team.id), stage.waiting())
        let said = try await stage.said(ConversationAssigned.self)
        #expect(said.count == 2 && said.contains { $0.assignment.teamID == nil })
        #expect(said.first { $0.assignment.sessionID == id }?.assignment.teamID == team.id)
        let rows = try await stage.database.query(
            .none, "SELECT context FROM router.outbox WHERE key = \(id) AND subject = \(ConversationAssigned.subject)")
        let context = try JSON.decode(EventContext.self, from: Array((try #require(rows.first)["context"] as String).utf8))
        #expect(context == EventContext(channel: .website, sector: SectorName.general, teamID: team.id, agentID: ana))
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

import Bus
import Contracts
import Foundation
import RouterService
import Storage
import Testing

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

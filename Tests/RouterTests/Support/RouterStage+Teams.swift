import Bus
import Contracts
import Foundation
import RouterService
import Storage

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
func field(_ body: () async throws -> Void) async -> String? {
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

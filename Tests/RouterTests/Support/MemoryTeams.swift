import Contracts
import RouterService

/// Teams without a database; see ``MemoryQueue``.
struct MemoryTeams {
    private var teams: [TeamID: Team] = [:]
    private var members: [TeamMemberID: TeamMember] = [:]
    private var assignments: [TeamAssignmentID: TeamAssignment] = [:]

    mutating func apply(_ change: RosterChange) {
        switch change {
        case .save(let team, _): teams[team.id] = team
        case .delete(let id, _):
            teams[id] = nil
            for (other, team) in teams where team.fallbackTeamID == id { teams[other] = team.with(fallback: nil) }
            for member in members.values where member.teamID == id { remove(member.id) }
        case .saveMember(let member): members[member.id] = member
        case .deleteMember(let id): remove(id)
        case .saveAssignment(let assignment): assignments[assignment.id] = assignment
        case .deleteAssignment(let id): assignments[id] = nil
        case .deleteAssignments(let agent): assignments = assignments.filter { $0.value.agent.id != agent }
        case .audit: break
        }
    }

    private mutating func remove(_ member: TeamMemberID) {
        members[member] = nil
        assignments = assignments.filter { $0.value.memberID != member }
    }

    func answer(to question: TurnQuestion, items: [WorkItem], agents: [AgentID: AgentRecord]) -> TurnAnswer {
        switch question {
        case .team(let id): .team(teams[id].map { counted($0, items) })
        case .teamsNamed(let name): .teamIDs(teams.values.filter { $0.name.lowercased() == name.lowercased() }.map(\.id))
        case .teamCount: .count(teams.count)
        case .teamsFallingBack(let id):
            .teams(teams.values.filter { $0.fallbackTeamID == id }.sorted { $0.id < $1.id }.map { counted($0, items) })
        case .fallbacks(let id): .teamIDs(chain(from: id))
        case .teamsAsking(let agents, let through): .teamIDs(asking(agents, through))
        case .answering(let id): .answering(answering(id))
        case .member(let id): .members(members[id].map { [full($0)] } ?? [])
        case .members(let team): .members(members.values.filter { $0.teamID == team }.sorted { $0.id < $1.id }.map(full))
        case .memberships(let user, let team): .count(members.values.count { $0.user.id == user && $0.teamID == team })
        case .teamAssignment(let id): .teamAssignments(assignments[id].map { [$0] } ?? [])
        case .assignments(let team): .teamAssignments(sorted { $0.teamID == team })
        case .assignmentsOfAgent(let agent): .teamAssignments(sorted { $0.agent.id == agent })
        case .workingElsewhere(let agents, let member):
            .agents(Set(sorted { agents.contains($0.agent.id) && $0.memberID != member }.map(\.agent.id)))
        case .items, .page, .offer, .standingAssignment, .dueTimers, .connections: .count(0)
        }
    }

    func member(_ user: UserID, in team: TeamID) -> TeamMember? { members.values.first { $0.user.id == user && $0.teamID == team } }

    private func sorted(where isMeant: (TeamAssignment) -> Bool) -> [TeamAssignment] {
        assignments.values.filter(isMeant).sorted { $0.id < $1.id }
    }

    private func full(_ member: TeamMember) -> TeamMember {
        TeamMember(
            id: member.id, teamID: member.teamID, user: member.user, role: member.role, active: member.active,
            assignments: sorted { $0.memberID == member.id }, joinedAt: member.joinedAt)
    }

    private func counted(_ team: Team, _ items: [WorkItem]) -> Team {
        Team(
            id: team.id, name: team.name, sector: team.sector, description: team.description, fallbackTeamID: team.fallbackTeamID,
            memberCount: members.values.count { $0.teamID == team.id }, agentCount: sorted { $0.teamID == team.id }.count,
            waitingCount: items.count { $0.teamID == team.id && $0.isQueued }, createdAt: team.createdAt, updatedAt: team.updatedAt)
    }

    /// The team, its fallback, that one's fallback, …
    private func chain(from id: TeamID) -> [TeamID] {
        var chain: [TeamID] = []
        var next: TeamID? = id
        while let team = next.flatMap({ teams[$0] }), chain.count <= TeamAnswering.fallbacksMax {
            chain.append(team.id)
            next = team.fallbackTeamID
        }
        return chain
    }

    private func answering(_ id: TeamID) -> [TeamAnswering] {
        var found: [TeamAnswering] = []
        for (distance, team) in chain(from: id).enumerated() {
            let active = Set(members.values.filter { $0.teamID == team && $0.active }.map(\.id))
            for assignment in sorted(where: { $0.teamID == team && active.contains($0.memberID) }) {
                found.append(
                    TeamAnswering(agent: assignment.agent.id, sector: teams[team]?.sector ?? Sector.general, distance: distance))
            }
        }
        return found
    }

    private func asking(_ agents: [AgentID], _ through: [TeamID]) -> [TeamID] {
        let first = Set(through).union(sorted { agents.contains($0.agent.id) }.map(\.teamID))
        return teams.keys.filter { !first.isDisjoint(with: chain(from: $0)) }.sorted()
    }
}

extension Team {
    fileprivate func with(fallback: TeamID?) -> Team {
        Team(
            id: id, name: name, sector: sector, description: description, fallbackTeamID: fallback, memberCount: memberCount,
            agentCount: agentCount, waitingCount: waitingCount, createdAt: createdAt, updatedAt: updatedAt)
    }
}

import Contracts
import Foundation

/// Changes of who is in a team, and which agents work for it. As changes of teams.
extension QueueTurn {
    /// Members of a team.
    static let membersMax = 500
    /// Agents that work for one member of a team.
    static let agentsOfMemberMax = 20

    package mutating func save(_ request: SaveTeamMember) throws -> TeamMember {
        if let role = request.role, !["member", "lead"].contains(role) {
            throw RoutingError.fieldInvalid(field: "role", detail: "is neither member nor lead")
        }
        guard let team = try facts.team(request.teamID) else { throw RoutingError.teamNotFound(id: request.teamID) }
        let known = try facts.member(request.id)
        let member = request.isNew ? try newMember(request, of: team, known) : try changedMember(request, known)
        if member == known { return member }
        let entry = entry(
            request.isNew ? "member_added" : "member_changed", member.id.uuid, of: member.teamID, by: Author(request.principal),
            before: known?.settings, after: member.settings)
        change(.saveMember(member), .audit([entry]))
        return member
    }

    private func newMember(_ request: SaveTeamMember, of team: Team, _ known: TeamMember?) throws -> TeamMember {
        guard let user = request.userID else { throw RoutingError.fieldInvalid(field: "user_id", detail: "is missing") }
        guard let person = agents[user], person.deletedAt == nil else {
            throw RoutingError.referenceNotFound(field: "user_id", id: EntityID(user.uuid))
        }
        guard person.kind == .human else {
            throw RoutingError.fieldInvalid(field: "user_id", detail: "is automated; members are people")
        }
        let member = TeamMember(
            id: request.id, teamID: request.teamID, user: person.summary, role: request.role ?? "member",
            active: request.active ?? true, assignments: known?.assignments ?? [], joinedAt: known?.joinedAt ?? now)
        if let known {
            guard known.teamID == member.teamID, known.settings == member.settings else { throw RoutingError.alreadyTaken(field: "id") }
            return known
        }
        guard try facts.count(.memberships(user, in: team.id)) == 0 else { throw RoutingError.alreadyTaken(field: "user_id") }
        guard team.memberCount < Self.membersMax else {
            throw RoutingError.fieldInvalid(field: "user_id", detail: "would be one more than the \(Self.membersMax) members of a team")
        }
        return member
    }

    private func changedMember(_ request: SaveTeamMember, _ known: TeamMember?) throws -> TeamMember {
        guard let known, known.teamID == request.teamID else { throw RoutingError.teamMemberNotFound(id: request.id) }
        if let user = request.userID, user != known.user.id {
            throw RoutingError.fieldInvalid(field: "user_id", detail: "cannot change; remove the member and add the other person")
        }
        return TeamMember(
            id: known.id, teamID: known.teamID, user: known.user, role: request.role ?? known.role,
            active: request.active ?? known.active, assignments: known.assignments, joinedAt: known.joinedAt)
    }

    /// What the member and its agents hold for the team waits again, and what its agents hold for no team too, unless they work for another
    /// one. A person keeps what was taken for the team before the assignment ended, and loses it with the membership.
    package mutating func remove(_ id: TeamMemberID, from team: TeamID, by author: Author) throws {
        guard try facts.team(team) != nil else { throw RoutingError.teamNotFound(id: team) }
        guard let member = try facts.member(id), member.teamID == team else { throw RoutingError.teamMemberNotFound(id: id) }
        let assigned = Set(member.assignments.map(\.agent.id))
        let agents = assigned.union([member.user.id])
        let elsewhere = try facts.workingElsewhere(assigned.sorted(), besides: id)
        try demand(.held(by: agents.sorted()))
        try demand(.offered(to: agents.sorted()))
        change(.deleteMember(id), .audit(entries(ending: member, by: author)))
        for var item in items.sorted(where: { $0.agentID.map(agents.contains) ?? false }) {
            guard let agent = item.agentID else { continue }
            guard item.teamID == team || item.teamID == nil && assigned.contains(agent) && !elsewhere.contains(agent) else { continue }
            try giveBack(&item, reason: "member_removed", by: author, countedFor: team)
        }
        try withdrawOffers(to: agents) { $0.teamID == team }
    }

    /// From now on the agent gets work of the team.
    package mutating func assign(_ request: AssignTeamAgent) throws -> TeamAssignment {
        guard let team = try facts.team(request.teamID) else { throw RoutingError.teamNotFound(id: request.teamID) }
        guard let member = try facts.member(request.memberID), member.teamID == team.id else {
            throw RoutingError.referenceNotFound(field: "member_id", id: EntityID(request.memberID.uuid))
        }
        let id = request.agentID ?? member.user.id
        guard let agent = agents[id], agent.deletedAt == nil else {
            throw RoutingError.referenceNotFound(field: "agent_id", id: EntityID(id.uuid))
        }
        let assignment = TeamAssignment(id: request.id, teamID: team.id, memberID: member.id, agent: agent.summary, createdAt: now)
        if let known = try facts.teamAssignments(.teamAssignment(request.id)).first {
            guard known.teamID == team.id, known.settings == assignment.settings else { throw RoutingError.alreadyTaken(field: "id") }
            return known
        }
        guard agent.kind == .automated || agent.id == member.user.id else {
            throw RoutingError.fieldInvalid(field: "agent_id", detail: "is another person")
        }
        guard agent.sector == team.sector else {
            throw RoutingError.fieldInvalid(
                field: "agent_id", detail: "belongs to the sector \(agent.sector), the team to \(team.sector)")
        }
        guard try !facts.teamAssignments(.assignments(of: team.id)).contains(where: { $0.agent.id == agent.id }) else {
            throw RoutingError.alreadyTaken(field: "agent_id")
        }
        guard member.assignments.count < Self.agentsOfMemberMax else {
            throw RoutingError.fieldInvalid(
                field: "agent_id", detail: "would be one more than the \(Self.agentsOfMemberMax) agents of a member")
        }
        let entry = entry("agent_assigned", assignment.id.uuid, of: team.id, by: Author(request.principal), after: assignment.settings)
        change(.saveAssignment(assignment), .audit([entry]))
        return assignment
    }

    /// The agent gets no more work of the team; what it holds it keeps.
    package mutating func end(_ id: TeamAssignmentID, in team: TeamID, by author: Author) throws {
        guard try facts.team(team) != nil else { throw RoutingError.teamNotFound(id: team) }
        guard let assignment = try facts.teamAssignments(.teamAssignment(id)).first, assignment.teamID == team else {
            throw RoutingError.teamAssignmentNotFound(id: id)
        }
        change(.deleteAssignment(id), .audit(entries(ending: [assignment], by: author)))
    }
}

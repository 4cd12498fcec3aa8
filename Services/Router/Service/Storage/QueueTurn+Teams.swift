import Contracts
import Foundation
import Storage

/// Changes of teams. Each checks everything before it changes anything, so that one refused change among several leaves nothing
/// behind.
extension QueueTurn {
    /// Teams of a tenant: a person reads through the whole list.
    static let teamsMax = 1000
    /// Members of a team.
    static let membersMax = 500
    /// Agents that work for one member of a team.
    static let agentsOfMemberMax = 20

    func save(_ request: SaveTeam) throws -> Team {
        try request.validate()
        let known = try teams.find(request.id)
        if request.isNew {
            guard request.name != nil else { throw RoutingError.fieldInvalid(field: "name", detail: "is missing") }
        } else if known == nil {
            throw RoutingError.teamNotFound(id: request.id)
        }
        let base = request.isNew ? nil : known
        let team = Team(
            id: request.id, name: request.name ?? base?.name ?? "", sector: request.sector ?? base?.sector ?? Sector.general,
            description: request.description ?? base?.description ?? "",
            fallbackTeamID: request.removesFallback ? nil : request.fallbackTeamID ?? base?.fallbackTeamID,
            memberCount: known?.memberCount ?? 0, agentCount: known?.agentCount ?? 0, waitingCount: known?.waitingCount ?? 0,
            createdAt: known?.createdAt ?? now, updatedAt: now)
        if let known, known.settings == team.settings { return known }
        // The id belongs to another team.
        if request.isNew, known != nil { throw RoutingError.alreadyTaken(field: "id") }
        if let other = try teams.id(named: team.name), other != team.id { throw RoutingError.alreadyTaken(field: "name") }
        if request.isNew, try teams.count() >= Self.teamsMax {
            throw RoutingError.fieldInvalid(field: "id", detail: "would be one more than the \(Self.teamsMax) teams a company may have")
        }
        try check(team.sector, insteadOf: base?.sector)
        if let known, known.sector != team.sector, known.agentCount > 0 {
            throw RoutingError.fieldInvalid(field: "sector", detail: "cannot change while agents of \(known.sector) are in the team")
        }
        if let known, known.sector != team.sector, let other = try teams.teams(fallingBackTo: team.id).first {
            throw RoutingError.fieldInvalid(
                field: "sector", detail: "cannot change while the team is the fallback of \(other.name), which stays in \(known.sector)")
        }
        if let fallback = team.fallbackTeamID { try check(fallback, asFallbackOf: team) }
        try teams.save(team, at: now)
        try teams.audit([
            entry(
                request.isNew ? "team_created" : "team_changed", team.id.uuid, of: team.id, by: Author(request.principal),
                before: known?.settings, after: team.settings)
        ])
        forgetTeams()
        return team
    }

    /// Nobody is put into a sector that the company does not have. Whoever is in one already, stays.
    func check(_ sector: String, insteadOf before: String?) throws(RoutingError) {
        guard sector != before, let sectors, !sectors.contains(sector) else { return }
        throw .fieldInvalid(field: "sector", detail: Sector.unknown)
    }

    private func check(_ id: TeamID, asFallbackOf team: Team) throws {
        let field = "fallback_team_id"
        guard id != team.id else { throw RoutingError.fieldInvalid(field: field, detail: "is the team itself") }
        guard let fallback = try teams.find(id) else { throw RoutingError.referenceNotFound(field: field, id: EntityID(id.uuid)) }
        guard fallback.sector == team.sector else {
            throw RoutingError.fieldInvalid(field: field, detail: "belongs to the sector \(fallback.sector), the team to \(team.sector)")
        }
        let followers = try teams.fallbacks(from: id)
        guard !followers.contains(team.id) else {
            throw RoutingError.fieldInvalid(field: field, detail: "would lead back to the team")
        }
        guard followers.count <= TeamRepository.fallbacksMax else {
            throw RoutingError.fieldInvalid(field: field, detail: "would make a chain of more than \(TeamRepository.fallbacksMax) teams")
        }
    }

    func delete(_ id: TeamID, by author: Author) throws {
        guard let team = try teams.find(id) else { throw RoutingError.teamNotFound(id: id) }
        try readItems(where: "team_id = \(id) AND (agent_id IS NOT NULL OR offer_id IS NOT NULL)")
        for var item in items.values.filter({ $0.teamID == id }).sorted() {
            if item.agentID != nil { try giveBack(&item, reason: "team_deleted", by: author) }
            if item.offer != nil { try offerAgain(&item, because: .withdrawn) }
            item.teamID = nil
            put(item)
        }
        let members = try teams.everyMember(of: id)
        let followers = try teams.teams(fallingBackTo: id)
        try teams.delete(id, at: now)
        deletedTeams[id] = team
        try teams.audit(
            members.flatMap { entries(ending: $0, by: author) }
                + followers.map { follower in
                    entry(
                        "team_changed", follower.id.uuid, of: follower.id, by: author, before: follower.settings,
                        after: follower.settings(fallback: nil))
                } + [entry("team_deleted", id.uuid, of: id, by: author, before: team.settings)])
        forgetTeams()
    }

    private func entry(
        _ action: String, _ subject: UUID, of team: TeamID, by actor: Author, before: JSONValue? = nil, after: JSONValue? = nil
    ) -> TeamAudit {
        TeamAudit(action: action, subject: subject, team: team, actor: actor, before: before, after: after, at: nextInstant())
    }

    private func entries(ending assignments: [TeamAssignment], by author: Author) -> [TeamAudit] {
        assignments.map { entry("assignment_ended", $0.id.uuid, of: $0.teamID, by: author, before: $0.settings) }
    }

    /// With the assignments, which end before it.
    private func entries(ending member: TeamMember, by author: Author) -> [TeamAudit] {
        entries(ending: member.assignments, by: author)
            + [entry("member_removed", member.id.uuid, of: member.teamID, by: author, before: member.settings)]
    }

    /// The agent is taken out of routing, so out of every team.
    func endAssignments(of agent: AgentID, by author: Author) throws {
        let assignments = try teams.assignments(of: agent)
        guard !assignments.isEmpty else { return }
        try teams.deleteAssignments(of: agent)
        try teams.audit(entries(ending: assignments, by: author))
        lookAgain(at: Set(assignments.map(\.teamID)))
    }

    func save(_ request: SaveTeamMember) throws -> TeamMember {
        if let role = request.role, !["member", "lead"].contains(role) {
            throw RoutingError.fieldInvalid(field: "role", detail: "is neither member nor lead")
        }
        guard try teams.find(request.teamID) != nil else { throw RoutingError.teamNotFound(id: request.teamID) }
        let known = try teams.member(request.id)
        let member: TeamMember
        if request.isNew {
            guard let user = request.userID else { throw RoutingError.fieldInvalid(field: "user_id", detail: "is missing") }
            guard let person = agents[user], person.deletedAt == nil else {
                throw RoutingError.referenceNotFound(field: "user_id", id: EntityID(user.uuid))
            }
            guard person.kind == .human else {
                throw RoutingError.fieldInvalid(field: "user_id", detail: "is automated; members are people")
            }
            member = TeamMember(
                id: request.id, teamID: request.teamID, user: person.summary, role: request.role ?? "member",
                active: request.active ?? true, assignments: known?.assignments ?? [], joinedAt: known?.joinedAt ?? now)
            if let known {
                guard known.teamID == member.teamID, known.settings == member.settings else { throw RoutingError.alreadyTaken(field: "id") }
                return known
            }
            guard try !teams.hasMember(user, in: request.teamID) else { throw RoutingError.alreadyTaken(field: "user_id") }
            guard try teams.find(request.teamID)?.memberCount ?? 0 < Self.membersMax else {
                throw RoutingError.fieldInvalid(field: "user_id", detail: "would be one more than the \(Self.membersMax) members of a team")
            }
        } else {
            guard let known, known.teamID == request.teamID else { throw RoutingError.teamMemberNotFound(id: request.id) }
            if let user = request.userID, user != known.user.id {
                throw RoutingError.fieldInvalid(field: "user_id", detail: "cannot change; remove the member and add the other person")
            }
            member = TeamMember(
                id: known.id, teamID: known.teamID, user: known.user, role: request.role ?? known.role,
                active: request.active ?? known.active, assignments: known.assignments, joinedAt: known.joinedAt)
            if member == known { return known }
        }
        try teams.save(member)
        try teams.audit([
            entry(
                request.isNew ? "member_added" : "member_changed", member.id.uuid, of: member.teamID, by: Author(request.principal),
                before: known?.settings, after: member.settings)
        ])
        forgetTeams()
        return member
    }

    func remove(_ id: TeamMemberID, from team: TeamID, by author: Author) throws {
        guard try teams.find(team) != nil else { throw RoutingError.teamNotFound(id: team) }
        guard let member = try teams.member(id), member.teamID == team else { throw RoutingError.teamMemberNotFound(id: id) }
        try teams.delete(id)  // and its assignments
        try teams.audit(entries(ending: member, by: author))
        try offerAgain(workOf: member, by: author)
        forgetTeams()
    }

    /// What the member and its agents hold for the team waits again, and what its agents hold for no team too, unless they work for another
    /// one. A person keeps what was taken for the team before the assignment ended, and loses it with the membership.
    private func offerAgain(workOf member: TeamMember, by author: Author) throws {
        let team = member.teamID
        let assigned = Set(member.assignments.map(\.agent.id))
        let agents = assigned.union([member.user.id])
        try readItems(where: "agent_id = ANY(\(agents.sorted()))")
        let elsewhere = try teams.agentsInTeams(among: assigned.sorted())
        for var item in items.values.sorted() {
            guard let agent = item.agentID, agents.contains(agent) else { continue }
            guard item.teamID == team || item.teamID == nil && assigned.contains(agent) && !elsewhere.contains(agent) else { continue }
            try giveBack(&item, reason: "member_removed", by: author, countedFor: team)
        }
        try withdrawOffers(to: agents) { $0.teamID == team }
    }

    func assign(_ request: AssignTeamAgent) throws -> TeamAssignment {
        guard let team = try teams.find(request.teamID) else { throw RoutingError.teamNotFound(id: request.teamID) }
        guard let member = try teams.member(request.memberID), member.teamID == team.id else {
            throw RoutingError.referenceNotFound(field: "member_id", id: EntityID(request.memberID.uuid))
        }
        let id = request.agentID ?? member.user.id
        guard let agent = agents[id], agent.deletedAt == nil else {
            throw RoutingError.referenceNotFound(field: "agent_id", id: EntityID(id.uuid))
        }
        let assignment = TeamAssignment(id: request.id, teamID: team.id, memberID: member.id, agent: agent.summary, createdAt: now)
        if let known = try teams.assignment(request.id) {
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
        guard try !teams.assignments(of: team.id).contains(where: { $0.agent.id == agent.id }) else {
            throw RoutingError.alreadyTaken(field: "agent_id")
        }
        guard member.assignments.count < Self.agentsOfMemberMax else {
            throw RoutingError.fieldInvalid(
                field: "agent_id", detail: "would be one more than the \(Self.agentsOfMemberMax) agents of a member")
        }
        try teams.save(assignment)
        try teams.audit([
            entry("agent_assigned", assignment.id.uuid, of: team.id, by: Author(request.principal), after: assignment.settings)
        ])
        forgetTeams()
        return assignment
    }

    func end(_ id: TeamAssignmentID, in team: TeamID, by author: Author) throws {
        guard try teams.find(team) != nil else { throw RoutingError.teamNotFound(id: team) }
        guard let assignment = try teams.assignment(id), assignment.teamID == team else {
            throw RoutingError.teamAssignmentNotFound(id: id)
        }
        try teams.delete(id)
        try teams.audit(entries(ending: [assignment], by: author))
        forgetTeams()
    }
}

extension SaveTeam {
    /// Characters.
    private static let nameLengthMax = 200
    private static let descriptionLengthMax = 2000

    func validate() throws(RoutingError) {
        if let name {
            guard !name.allSatisfy(\.isWhitespace), name.count <= Self.nameLengthMax, !name.utf8.contains(0), !name.contains("\n") else {
                throw .fieldInvalid(field: "name", detail: "needs 1 to \(Self.nameLengthMax) characters on one line")
            }
        }
        guard sector.map(Sector.isName) ?? true else {
            throw .fieldInvalid(field: "sector", detail: "needs 1 to \(Sector.lengthMax) characters")
        }
        if let description {
            guard description.count <= Self.descriptionLengthMax, !description.utf8.contains(0) else {
                throw .fieldInvalid(
                    field: "description", detail: "has more than \(Self.descriptionLengthMax) characters, or one that cannot be stored")
            }
        }
    }
}

import Contracts
import Foundation

/// Changes of teams. Each checks everything before it changes anything, so that one refused change among several leaves nothing behind.
extension QueueTurn {
    /// Teams of a tenant: a person reads through the whole list.
    static let teamsMax = 1000

    package mutating func save(_ request: SaveTeam) throws -> Team {
        try request.validate()
        let known = try facts.team(request.id)
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
        if let other = try facts.teamIDs(.teamsNamed(team.name)).first, other != team.id { throw RoutingError.alreadyTaken(field: "name") }
        if request.isNew, try facts.count(.teamCount) >= Self.teamsMax {
            throw RoutingError.fieldInvalid(field: "id", detail: "would be one more than the \(Self.teamsMax) teams a company may have")
        }
        try check(team.sector, insteadOf: base?.sector)
        if let known, known.sector != team.sector, known.agentCount > 0 {
            throw RoutingError.fieldInvalid(field: "sector", detail: "cannot change while agents of \(known.sector) are in the team")
        }
        if let known, known.sector != team.sector, let other = try facts.teams(fallingBackTo: team.id).first {
            throw RoutingError.fieldInvalid(
                field: "sector", detail: "cannot change while the team is the fallback of \(other.name), which stays in \(known.sector)")
        }
        if let fallback = team.fallbackTeamID { try check(fallback, asFallbackOf: team) }
        let entry = entry(
            request.isNew ? "team_created" : "team_changed", team.id.uuid, of: team.id, by: Author(request.principal),
            before: known?.settings, after: team.settings)
        change(.save(team, at: now), .audit([entry]))
        return team
    }

    private func check(_ id: TeamID, asFallbackOf team: Team) throws {
        let field = "fallback_team_id"
        guard id != team.id else { throw RoutingError.fieldInvalid(field: field, detail: "is the team itself") }
        guard let fallback = try facts.team(id) else { throw RoutingError.referenceNotFound(field: field, id: EntityID(id.uuid)) }
        guard fallback.sector == team.sector else {
            throw RoutingError.fieldInvalid(field: field, detail: "belongs to the sector \(fallback.sector), the team to \(team.sector)")
        }
        let followers = try facts.teamIDs(.fallbacks(from: id))
        guard !followers.contains(team.id) else {
            throw RoutingError.fieldInvalid(field: field, detail: "would lead back to the team")
        }
        guard followers.count <= TeamAnswering.fallbacksMax else {
            throw RoutingError.fieldInvalid(field: field, detail: "would make a chain of more than \(TeamAnswering.fallbacksMax) teams")
        }
    }

    package mutating func delete(_ id: TeamID, by author: Author) throws {
        guard let team = try facts.team(id) else { throw RoutingError.teamNotFound(id: id) }
        let members = try facts.members(of: id)
        let followers = try facts.teams(fallingBackTo: id)
        try demand(.taken(from: id))
        for var item in items.sorted(where: { $0.teamID == id }) {
            if item.agentID != nil { try giveBack(&item, reason: "team_deleted", by: author) }
            if item.offer != nil { try offerAgain(&item, because: .withdrawn) }
            item.teamID = nil
            put(item)
        }
        changes.deletedTeams.removeAll { $0.id == id }
        changes.deletedTeams.append(team)
        var audit: [TeamAudit] = []
        for member in members { audit += entries(ending: member, by: author) }
        for follower in followers {
            audit.append(
                entry(
                    "team_changed", follower.id.uuid, of: follower.id, by: author, before: follower.settings,
                    after: follower.settings(fallback: nil)))
        }
        audit.append(entry("team_deleted", id.uuid, of: id, by: author, before: team.settings))
        change(.delete(id, at: now), .audit(audit))
    }

    // MARK: - The record of who changed what

    mutating func entry(
        _ action: String, _ subject: UUID, of team: TeamID, by actor: Author, before: JSONValue? = nil, after: JSONValue? = nil
    ) -> TeamAudit {
        TeamAudit(action: action, subject: subject, team: team, actor: actor, before: before, after: after, at: nextInstant())
    }

    mutating func entries(ending assignments: [TeamAssignment], by author: Author) -> [TeamAudit] {
        var entries: [TeamAudit] = []
        for assignment in assignments {
            entries.append(
                entry("assignment_ended", assignment.id.uuid, of: assignment.teamID, by: author, before: assignment.settings))
        }
        return entries
    }

    /// With the assignments, which end before it.
    mutating func entries(ending member: TeamMember, by author: Author) -> [TeamAudit] {
        var entries = entries(ending: member.assignments, by: author)
        entries.append(entry("member_removed", member.id.uuid, of: member.teamID, by: author, before: member.settings))
        return entries
    }
}

extension SaveTeam {
    func validate() throws(RoutingError) {
        try TextRule.name.check(name, "name")
        try Sector.check(sector)
        try TextRule.description.check(description, "description")
    }
}

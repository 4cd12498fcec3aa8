import Contracts
import Foundation
import Storage

extension TeamRepository {
    /// Writes what a turn decided of teams.
    func make(_ change: RosterChange) throws {
        switch change {
        case .save(let team, let date): try save(team, at: date)
        case .delete(let team, let date): try delete(team, at: date)
        case .saveMember(let member): try save(member)
        case .deleteMember(let member): try delete(member)
        case .saveAssignment(let assignment): try save(assignment)
        case .deleteAssignment(let assignment): try delete(assignment)
        case .deleteAssignments(let agent): try deleteAssignments(of: agent)
        case .audit(let entries): try audit(entries)
        }
    }

    private func save(_ team: Team, at date: Date) throws {
        try run(
            """
            INSERT INTO router.teams (client_id, id, name, sector, description, fallback_team_id, created_at, updated_at)
            VALUES (\(tenant), \(team.id), \(team.name), \(team.sector), \(team.description), \(team.fallbackTeamID), \(date), \(date))
            ON CONFLICT (client_id, id) DO UPDATE
               SET name = excluded.name, sector = excluded.sector, description = excluded.description,
                   fallback_team_id = excluded.fallback_team_id, updated_at = excluded.updated_at
            """)
    }

    /// With its members and their assignments. Conversations that wait for it wait for their sector; teams that fell back to it fall back to
    /// none.
    private func delete(_ team: TeamID, at date: Date) throws {
        try transaction.pipeline([
            transaction.scope(to: tenant),
            "UPDATE router.work_items SET team_id = NULL WHERE client_id = \(tenant) AND team_id = \(team) AND status <> 'closed'",
            """
            UPDATE router.teams SET fallback_team_id = NULL, updated_at = \(date)
             WHERE client_id = \(tenant) AND fallback_team_id = \(team)
            """,
            "DELETE FROM router.teams WHERE client_id = \(tenant) AND id = \(team)",
        ])
    }

    private func save(_ member: TeamMember) throws {
        try run(
            """
            INSERT INTO router.team_members (client_id, id, team_id, user_id, role, active, joined_at)
            VALUES (\(tenant), \(member.id), \(member.teamID), \(member.user.id), \(member.role), \(member.active), \(member.joinedAt))
            ON CONFLICT (client_id, id) DO UPDATE SET role = excluded.role, active = excluded.active
            """)
    }

    private func delete(_ member: TeamMemberID) throws {
        try run("DELETE FROM router.team_members WHERE client_id = \(tenant) AND id = \(member)")
    }

    private func save(_ assignment: TeamAssignment) throws {
        try run(
            """
            INSERT INTO router.team_agent_assignments (client_id, id, team_id, member_id, agent_id, created_at)
            VALUES (\(tenant), \(assignment.id), \(assignment.teamID), \(assignment.memberID), \(assignment.agent.id),
                    \(assignment.createdAt))
            """)
    }

    private func delete(_ assignment: TeamAssignmentID) throws {
        try run("DELETE FROM router.team_agent_assignments WHERE client_id = \(tenant) AND id = \(assignment)")
    }

    /// The agent is gone from routing, so from every team.
    private func deleteAssignments(of agent: AgentID) throws {
        try run("DELETE FROM router.team_agent_assignments WHERE client_id = \(tenant) AND agent_id = \(agent)")
    }

    private func audit(_ entries: [TeamAudit]) throws {
        guard !entries.isEmpty else { return }
        let ids = entries.map { _ in EntityID.new() }
        try run(
            """
            INSERT INTO router.team_audit (client_id, id, at, team_id, subject_id, action, actor_type, actor_id, actor_name, before, after)
            SELECT \(tenant), u.*
              FROM unnest(\(ids), \(entries.map(\.at)), \(entries.map(\.team)), \(entries.map(\.subject)), \(entries.map(\.action)),
                          \(entries.map(\.actor.kind)), \(entries.map(\.actor.id)), \(entries.map(\.actor.name)),
                          \(entries.map(\.before)), \(entries.map(\.after))) AS u
            """)
    }
}

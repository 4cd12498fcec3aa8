import Contracts
import Foundation
import Storage

extension Team {
    /// What waits for a team is counted so far; more says nothing more to who reads it.
    static let waitingMax = 1000

    /// Of `router.teams t`.
    static let columns: SQL = """
        t.id, t.name, t.sector, t.description, t.fallback_team_id, t.created_at, t.updated_at,
        (SELECT count(*) FROM router.team_members m WHERE m.client_id = t.client_id AND m.team_id = t.id) AS member_count,
        (SELECT count(*) FROM router.team_agent_assignments s WHERE s.client_id = t.client_id AND s.team_id = t.id) AS agent_count,
        (SELECT count(*) FROM (SELECT FROM router.work_items w
                                WHERE w.client_id = t.client_id AND w.team_id = t.id AND w.status IN ('waiting', 'offered')
                                LIMIT \(waitingMax)) AS waiting) AS waiting_count
        """

    init(_ row: Row) throws {
        self.init(
            id: try row["id"], name: try row["name"], sector: try row["sector"], description: try row["description"],
            fallbackTeamID: try row["fallback_team_id"], memberCount: try row["member_count"], agentCount: try row["agent_count"],
            waitingCount: try row["waiting_count"], createdAt: try row["created_at"], updatedAt: try row["updated_at"])
    }
}

extension TeamMember {
    /// Of `router.team_members m` and the person `u`.
    static let columns: SQL = "m.id, m.team_id, m.user_id, coalesce(u.name, '') AS name, m.role, m.active, m.joined_at"
    static let person: SQL = "LEFT JOIN router.sector_agents u ON u.client_id = m.client_id AND u.id = m.user_id"

    init(_ row: Row, assignments: [TeamAssignment]) throws {
        self.init(
            id: try row["id"], teamID: try row["team_id"], user: AgentSummary(id: try row["user_id"], name: try row["name"]),
            role: try row["role"], active: try row["active"], assignments: assignments, joinedAt: try row["joined_at"])
    }

    func with(assignments: [TeamAssignment]) -> TeamMember {
        TeamMember(id: id, teamID: teamID, user: user, role: role, active: active, assignments: assignments, joinedAt: joinedAt)
    }
}

extension TeamAssignment {
    /// Of `router.team_agent_assignments s` and the agent `a`.
    static let columns: SQL = "s.id, s.team_id, s.member_id, s.agent_id, coalesce(a.name, '') AS name, s.created_at"
    static let joinedAgent: SQL = "LEFT JOIN router.sector_agents a ON a.client_id = s.client_id AND a.id = s.agent_id"

    init(_ row: Row) throws {
        self.init(
            id: try row["id"], teamID: try row["team_id"], memberID: try row["member_id"],
            agent: AgentSummary(id: try row["agent_id"], name: try row["name"]), createdAt: try row["created_at"])
    }
}

extension TeamPerformance {
    /// Of `router.team_performance p`.
    static let columns: SQL = """
        p.team_id, p.team_name, p.sector, p.day::text AS day, p.assigned_count, p.waited_count, p.waited_seconds_total,
        p.resolved_count, p.given_up_count, p.ended_count, p.handling_seconds_total
        """

    init(_ row: Row) throws {
        func mean(_ total: Double, of count: Int) -> Double? { count == 0 ? nil : total / Double(count) }
        let resolved: Int = try row["resolved_count"]
        let givenUp: Int = try row["given_up_count"]
        self.init(
            teamID: try row["team_id"], teamName: try row["team_name"], sector: try row["sector"], day: try row["day"],
            assignedCount: try row["assigned_count"], resolvedCount: resolved, givenUpCount: givenUp,
            successRate: mean(Double(resolved), of: resolved + givenUp),
            meanWaitSeconds: mean(try row["waited_seconds_total"], of: try row["waited_count"]),
            meanHandlingSeconds: mean(try row["handling_seconds_total"], of: try row["ended_count"]))
    }
}

import Contracts
import Foundation
import Storage

/// Teams, members and assignments of one tenant, within one transaction. Changes are made by whoever holds the tenant's queue.
struct TeamRepository {
    /// Fallbacks followed from a team. Circles are refused when they would be made; this is for the day on which that is wrong.
    static let fallbacksMax = 10

    let tenant: TenantID
    let transaction: Transaction

    /// A transaction may work for several tenants: each statement turns to this one.
    @discardableResult
    private func run(_ sql: SQL) throws -> Rows { try transaction.pipeline([transaction.scope(to: tenant), sql])[1] }

    // MARK: - Reading

    func find(_ id: TeamID) throws -> Team? {
        try run("SELECT \(Team.columns) FROM router.teams t WHERE t.client_id = \(tenant) AND t.id = \(id)").first.map(Team.init)
    }

    /// Teams whose fallback this one is.
    func teams(fallingBackTo team: TeamID) throws -> [Team] {
        try run(
            "SELECT \(Team.columns) FROM router.teams t WHERE t.client_id = \(tenant) AND t.fallback_team_id = \(team) ORDER BY t.id"
        ).map(Team.init)
    }

    func count() throws -> Int { try run("SELECT count(*) AS count FROM router.teams WHERE client_id = \(tenant)")[0]["count"] }

    /// Whatever its case.
    func id(named name: String) throws -> TeamID? {
        try run("SELECT id FROM router.teams WHERE client_id = \(tenant) AND lower(name) = lower(\(name))").first.map { try $0["id"] }
    }

    /// By name.
    func teams(of sector: String?, _ page: ListPart<(name: String, id: TeamID)>) throws -> ListSlice<Team> {
        let condition: SQL = "t.client_id = \(tenant)" + (sector.map { " AND t.sector = \($0)" } ?? "")
        return try list(
            "SELECT \(Team.columns) FROM router.teams t WHERE " + condition, order: " ORDER BY t.name, t.id", page,
            behind: { "(t.name, t.id) > (\($0.name), \($0.id))" }, count: "SELECT count(*) AS count FROM router.teams t WHERE " + condition,
            Team.init)
    }

    /// By the person's name.
    func members(of team: TeamID, _ page: ListPart<(name: String, id: TeamMemberID)>) throws -> ListSlice<TeamMember> {
        let condition: SQL = "m.client_id = \(tenant) AND m.team_id = \(team)"
        let slice = try list(
            "SELECT \(TeamMember.columns) FROM router.team_members m \(TeamMember.person) WHERE " + condition,
            order: " ORDER BY u.name, m.id",
            page, behind: { "(u.name, m.id) > (\($0.name), \($0.id))" },
            count: "SELECT count(*) AS count FROM router.team_members m WHERE " + condition
        ) { try TeamMember($0, assignments: []) }
        return ListSlice(items: try withAssignments(slice.items), hasMore: slice.hasMore, total: slice.total)
    }

    func member(_ id: TeamMemberID) throws -> TeamMember? {
        try withAssignments(
            run(
                """
                SELECT \(TeamMember.columns) FROM router.team_members m \(TeamMember.person)
                 WHERE m.client_id = \(tenant) AND m.id = \(id)
                """
            ).map { try TeamMember($0, assignments: []) }
        ).first
    }

    func hasMember(_ user: UserID, in team: TeamID) throws -> Bool {
        try run(
            "SELECT FROM router.team_members WHERE client_id = \(tenant) AND team_id = \(team) AND user_id = \(user)"
        ).count > 0
    }

    /// Everybody in every team, for suggestions.
    func everyMember(max: Int) throws -> [TeamMember] {
        try withAssignments(
            run(
                """
                SELECT \(TeamMember.columns) FROM router.team_members m \(TeamMember.person)
                 WHERE m.client_id = \(tenant) ORDER BY m.id LIMIT \(max)
                """
            ).map { try TeamMember($0, assignments: []) })
    }

    /// Everybody in the team: at most ``QueueTurn/membersMax``.
    func everyMember(of team: TeamID) throws -> [TeamMember] {
        try withAssignments(
            run(
                """
                SELECT \(TeamMember.columns) FROM router.team_members m \(TeamMember.person)
                 WHERE m.client_id = \(tenant) AND m.team_id = \(team) ORDER BY m.id
                """
            ).map { try TeamMember($0, assignments: []) })
    }

    /// Weight of conversations that wait for each team.
    func waitingWeights() throws -> [TeamID: Int] {
        let rows = try run(
            """
            SELECT team_id, sum(weight)::int8 AS weight FROM router.work_items
             WHERE client_id = \(tenant) AND team_id IS NOT NULL AND status IN ('waiting', 'offered') GROUP BY team_id
            """)
        return try Dictionary(uniqueKeysWithValues: rows.map { (try $0["team_id"], try $0["weight"]) })
    }

    private func withAssignments(_ members: [TeamMember]) throws -> [TeamMember] {
        guard !members.isEmpty else { return [] }
        let assignments = try run(
            """
            SELECT \(TeamAssignment.columns) FROM router.team_agent_assignments s \(TeamAssignment.joinedAgent)
             WHERE s.client_id = \(tenant) AND s.member_id = ANY(\(members.map(\.id))) ORDER BY s.created_at, s.id
            """
        ).map(TeamAssignment.init)
        let byMember = Dictionary(grouping: assignments, by: \.memberID)
        return members.map { $0.with(assignments: byMember[$0.id] ?? []) }
    }

    func assignment(_ id: TeamAssignmentID) throws -> TeamAssignment? {
        try run(
            """
            SELECT \(TeamAssignment.columns) FROM router.team_agent_assignments s \(TeamAssignment.joinedAgent)
             WHERE s.client_id = \(tenant) AND s.id = \(id)
            """
        ).first.map(TeamAssignment.init)
    }

    func assignments(of team: TeamID) throws -> [TeamAssignment] { try assignments(where: "s.team_id = \(team)") }

    /// In whatever teams.
    func assignments(of agent: AgentID) throws -> [TeamAssignment] { try assignments(where: "s.agent_id = \(agent)") }

    private func assignments(where condition: SQL) throws -> [TeamAssignment] {
        try run(
            "SELECT \(TeamAssignment.columns) FROM router.team_agent_assignments s \(TeamAssignment.joinedAgent) WHERE s.client_id = \(tenant) AND "
                + condition + " ORDER BY s.id"
        ).map(TeamAssignment.init)
    }

    /// Those of these agents that work for some team.
    func agentsInTeams(among agents: [AgentID]) throws -> Set<AgentID> {
        Set(
            try run(
                "SELECT DISTINCT agent_id FROM router.team_agent_assignments WHERE client_id = \(tenant) AND agent_id = ANY(\(agents))"
            ).map { try $0["agent_id"] as AgentID })
    }

    /// Those of these teams that exist, those that these agents work for, and all that fall back to one of them.
    func teamsAsking(_ agents: Set<AgentID>, through teams: Set<TeamID>) throws -> [TeamID] {
        try run(
            """
            WITH RECURSIVE asking AS (
                SELECT id FROM router.teams
                 WHERE client_id = \(tenant)
                   AND (id = ANY(\(Array(teams)))
                        OR id IN (SELECT team_id FROM router.team_agent_assignments
                                   WHERE client_id = \(tenant) AND agent_id = ANY(\(Array(agents)))))
                UNION
                SELECT t.id FROM asking a JOIN router.teams t ON t.client_id = \(tenant) AND t.fallback_team_id = a.id)
            SELECT id FROM asking
            """
        ).map { try $0["id"] }
    }

    /// The agents of the team's active members, or of the first fallback that has any; empty: nobody has an agent. Agents that may get
    /// no work, or went to another sector, are nobody's.
    /// - Parameter answers: whether an agent answers for teams of a sector, by what the caller knows; nil: by what the database holds.
    func agentsAnswering(for team: TeamID, where answers: ((AgentID, _ sector: String) -> Bool)? = nil) throws -> Set<AgentID> {
        let rows = try run(
            """
            WITH RECURSIVE chain AS (
                SELECT t.id, t.sector, t.fallback_team_id, 0 AS depth FROM router.teams t
                 WHERE t.client_id = \(tenant) AND t.id = \(team)
                UNION ALL
                SELECT t.id, t.sector, t.fallback_team_id, c.depth + 1 FROM chain c
                  JOIN router.teams t ON t.client_id = \(tenant) AND t.id = c.fallback_team_id
                 WHERE c.depth < \(Int32(Self.fallbacksMax)))
            SELECT c.depth, c.sector, s.agent_id,
                   coalesce(a.active AND NOT a.suspended AND a.deleted_at IS NULL AND a.sector = c.sector, false) AS answers
              FROM chain c
              JOIN router.team_members m ON m.client_id = \(tenant) AND m.team_id = c.id AND m.active
              JOIN router.team_agent_assignments s ON s.client_id = m.client_id AND s.team_id = m.team_id AND s.member_id = m.id
              LEFT JOIN router.sector_agents a ON a.client_id = s.client_id AND a.id = s.agent_id
             ORDER BY c.depth
            """
        ).filter { row in
            guard let answers else { return try row["answers"] }
            return answers(try row["agent_id"], try row["sector"])
        }
        guard let nearest: Int = try rows.first.map({ try $0["depth"] }) else { return [] }
        return Set(try rows.filter { try $0["depth"] as Int == nearest }.map { try $0["agent_id"] as AgentID })
    }

    /// Whether work of `team` could come back to it if it fell back to `fallback`, and how many teams follow.
    func fallbacks(from team: TeamID) throws -> [TeamID] {
        try run(
            """
            WITH RECURSIVE chain AS (
                SELECT t.id, t.fallback_team_id, 0 AS depth FROM router.teams t WHERE t.client_id = \(tenant) AND t.id = \(team)
                UNION ALL
                SELECT t.id, t.fallback_team_id, c.depth + 1 FROM chain c
                  JOIN router.teams t ON t.client_id = \(tenant) AND t.id = c.fallback_team_id
                 WHERE c.depth < \(Int32(Self.fallbacksMax)))
            SELECT id FROM chain ORDER BY depth
            """
        ).map { try $0["id"] }
    }

    func hasPerformance(_ team: TeamID) throws -> Bool {
        try run("SELECT FROM router.team_performance WHERE client_id = \(tenant) AND team_id = \(team) LIMIT 1").count > 0
    }

    /// Latest day first.
    /// - Parameters from, to: days as `2026-11-25`, both included.
    func performance(of team: TeamID, from: String?, to: String?, _ page: ListPart<String>) throws -> ListSlice<TeamPerformance> {
        let condition: SQL =
            "p.client_id = \(tenant) AND p.team_id = \(team)" + (from.map { " AND p.day >= \($0)::text::date" } ?? "")
            + (to.map { " AND p.day <= \($0)::text::date" } ?? "")
        return try list(
            "SELECT \(TeamPerformance.columns) FROM router.team_performance p WHERE " + condition, order: " ORDER BY p.day DESC", page,
            behind: { "p.day < \($0)::text::date" }, count: "SELECT count(*) AS count FROM router.team_performance p WHERE " + condition,
            TeamPerformance.init)
    }

    private func list<Item, Position>(
        _ select: SQL, order: SQL, _ page: ListPart<Position>, behind: (Position) -> SQL, count: SQL, _ make: (Row) throws -> Item
    ) throws -> ListSlice<Item> {
        switch page {
        case .after(let position, let limit):
            let rest: SQL = position.map { " AND " + behind($0) } ?? ""
            let items = try run(select + rest + order + " LIMIT \(limit + 1)").map(make)
            return ListSlice(items: Array(items.prefix(limit)), hasMore: items.count > limit, total: nil)
        case .numbered(let page, let size):
            let rows = try transaction.pipeline([
                transaction.scope(to: tenant), select + order + " LIMIT \(size) OFFSET \((page - 1) * size)", count,
            ])
            return ListSlice(items: try rows[1].map(make), hasMore: false, total: try rows[2][0]["count"])
        }
    }

    // MARK: - Writing

    func save(_ team: Team, at date: Date) throws {
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
    func delete(_ team: TeamID, at date: Date) throws {
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

    func save(_ member: TeamMember) throws {
        try run(
            """
            INSERT INTO router.team_members (client_id, id, team_id, user_id, role, active, joined_at)
            VALUES (\(tenant), \(member.id), \(member.teamID), \(member.user.id), \(member.role), \(member.active), \(member.joinedAt))
            ON CONFLICT (client_id, id) DO UPDATE SET role = excluded.role, active = excluded.active
            """)
    }

    func delete(_ member: TeamMemberID) throws { try run("DELETE FROM router.team_members WHERE client_id = \(tenant) AND id = \(member)") }

    func save(_ assignment: TeamAssignment) throws {
        try run(
            """
            INSERT INTO router.team_agent_assignments (client_id, id, team_id, member_id, agent_id, created_at)
            VALUES (\(tenant), \(assignment.id), \(assignment.teamID), \(assignment.memberID), \(assignment.agent.id),
                    \(assignment.createdAt))
            """)
    }

    func delete(_ assignment: TeamAssignmentID) throws {
        try run("DELETE FROM router.team_agent_assignments WHERE client_id = \(tenant) AND id = \(assignment)")
    }

    /// The agent is gone from routing, so from every team.
    func deleteAssignments(of agent: AgentID) throws {
        try run("DELETE FROM router.team_agent_assignments WHERE client_id = \(tenant) AND agent_id = \(agent)")
    }

    func audit(_ entries: [TeamAudit]) throws {
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

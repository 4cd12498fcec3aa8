import Contracts
import Foundation
import Storage

/// Teams, members and assignments of one tenant, within one transaction. Changes are made by whoever holds the tenant's queue.
struct TeamRepository {
    let tenant: TenantID
    let transaction: Transaction

    /// A transaction may work for several tenants: each statement turns to this one.
    @discardableResult
    func run(_ sql: SQL) throws -> Rows { try transaction.pipeline([transaction.scope(to: tenant), sql])[1] }

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

    /// Whatever its case: one or none.
    func ids(named name: String) throws -> [TeamID] {
        try run("SELECT id FROM router.teams WHERE client_id = \(tenant) AND lower(name) = lower(\(name))").map { try $0["id"] }
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
        let items = try withAssignments(slice.items)
        // Assignments, which no row of the list has, can be most of a member.
        var (shown, bytes) = (0, 0)
        for item in items {
            bytes += try JSON.encode(item).count
            guard bytes <= Rows.pageBytesMax || shown == 0 else { break }
            shown += 1
        }
        guard shown < items.count else { return ListSlice(items: items, hasMore: slice.hasMore, total: slice.total) }
        if case .numbered = page { throw Self.tooLarge(sizeMax: shown) }
        return ListSlice(items: Array(items.prefix(shown)), hasMore: true, total: nil)
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

    /// Those of these agents that work for some team otherwise than through this member.
    func workingElsewhere(_ agents: [AgentID], besides member: TeamMemberID) throws -> Set<AgentID> {
        Set(
            try run(
                """
                SELECT DISTINCT agent_id FROM router.team_agent_assignments
                 WHERE client_id = \(tenant) AND agent_id = ANY(\(agents)) AND member_id <> \(member)
                """
            ).map { try $0["agent_id"] as AgentID })
    }

    /// Those of these teams that exist, those that these agents work for, and all that fall back to one of them.
    func teamsAsking(_ agents: [AgentID], through teams: [TeamID]) throws -> [TeamID] {
        try run(
            """
            WITH RECURSIVE asking AS (
                SELECT id FROM router.teams
                 WHERE client_id = \(tenant)
                   AND (id = ANY(\(teams))
                        OR id IN (SELECT team_id FROM router.team_agent_assignments
                                   WHERE client_id = \(tenant) AND agent_id = ANY(\(agents))))
                UNION
                SELECT t.id FROM asking a JOIN router.teams t ON t.client_id = \(tenant) AND t.fallback_team_id = a.id)
            SELECT id FROM asking
            """
        ).map { try $0["id"] }
    }

    /// The agents of the active members of the team and of its fallbacks, nearest first, and whether each may get work and belongs to the
    /// team's sector.
    func answering(for team: TeamID) throws -> [(agent: TeamAnswering, answers: Bool)] {
        try run(
            """
            WITH RECURSIVE chain AS (
                SELECT t.id, t.sector, t.fallback_team_id, 0 AS depth FROM router.teams t
                 WHERE t.client_id = \(tenant) AND t.id = \(team)
                UNION ALL
                SELECT t.id, t.sector, t.fallback_team_id, c.depth + 1 FROM chain c
                  JOIN router.teams t ON t.client_id = \(tenant) AND t.id = c.fallback_team_id
                 WHERE c.depth < \(Int32(TeamAnswering.fallbacksMax)))
            SELECT c.depth, c.sector, s.agent_id,
                   coalesce(a.active AND NOT a.suspended AND a.deleted_at IS NULL AND a.sector = c.sector, false) AS answers
              FROM chain c
              JOIN router.team_members m ON m.client_id = \(tenant) AND m.team_id = c.id AND m.active
              JOIN router.team_agent_assignments s ON s.client_id = m.client_id AND s.team_id = m.team_id AND s.member_id = m.id
              LEFT JOIN router.sector_agents a ON a.client_id = s.client_id AND a.id = s.agent_id
             ORDER BY c.depth
            """
        ).map { row in
            (TeamAnswering(agent: try row["agent_id"], sector: try row["sector"], distance: try row["depth"]), try row["answers"])
        }
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
                 WHERE c.depth < \(Int32(TeamAnswering.fallbacksMax)))
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

    /// A numbered page shows all that it was asked for, or a smaller one must be asked for.
    private static func tooLarge(sizeMax: Int) -> RoutingError {
        .fieldInvalid(field: "page_size", detail: "is more than one answer carries of these entries; ask for \(sizeMax)")
    }

    private func list<Item, Position>(
        _ select: SQL, order: SQL, _ page: ListPart<Position>, behind: (Position) -> SQL, count: SQL, _ make: (Row) throws -> Item
    ) throws -> ListSlice<Item> {
        switch page {
        case .after(let position, let limit):
            let rest: SQL = position.map { " AND " + behind($0) } ?? ""
            let found = try run(select + rest + order + " LIMIT \(limit + 1)").page(limit: limit)
            return ListSlice(items: try found.rows.map(make), hasMore: found.hasMore, total: nil)
        case .numbered(let page, let size):
            let rows = try transaction.pipeline([
                transaction.scope(to: tenant), select + order + " LIMIT \(size) OFFSET \((page - 1) * size)", count,
            ])
            let found = rows[1].page(limit: size)
            guard !found.hasMore else { throw Self.tooLarge(sizeMax: found.rows.count) }
            return ListSlice(items: try found.rows.map(make), hasMore: false, total: try rows[2][0]["count"])
        }
    }
}
